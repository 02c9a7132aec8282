package io.nephele.sandbox.standin.recording;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/** What watches of a real system saw, with what was done to it in between. */
record Recording(String name, List<Line> lines) {

    static final ObjectMapper JSON = new ObjectMapper();

    /** An action is written down after its call has returned: what it did to its object may stand this many seconds before. */
    private static final double CALL = 0.4;

    /** A watch event, or an action. */
    record Line(double seconds, String verb, String kind, String name, ObjectNode object) {

        boolean isAction() {
            return verb.equals("ACTION");
        }

        boolean isDeletion() {
            return verb.equals("DELETED");
        }

        /** The text of an action. */
        String text() {
            return object.path("action").asText();
        }

        String uid() {
            return object.path("metadata").path("uid").asText();
        }

        String namespace() {
            return object.path("metadata").path("namespace").asText();
        }
    }

    /**
     * An action, with the events until the next one.
     *
     * @param quiet for how many seconds nothing had happened when the next action came
     */
    record Segment(Line action, List<Line> events, double quiet) {}

    /** Reads one from the test data: {@code recordings/<folder>/<name>.jsonl.gz}. */
    static Recording read(String folder, String name) {
        String path = "/recordings/" + folder + "/" + name + ".jsonl.gz";
        try (InputStream in = Recording.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalArgumentException("There is no recording " + path);
            }
            var reader = new BufferedReader(new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8));
            List<Line> lines = new ArrayList<>();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                JsonNode read = JSON.readTree(line);
                lines.add(new Line(
                        read.path("t").asDouble(),
                        read.path("verb").asText(),
                        read.path("kind").asText(),
                        read.path("name").asText(),
                        (ObjectNode) read.get("object")));
            }
            return new Recording(name, List.copyOf(lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The namespaces that it plays in. */
    Set<String> namespaces() {
        Set<String> namespaces = new LinkedHashSet<>(Set.of(name));
        lines.forEach(line -> namespaces.add(line.namespace()));
        lines.forEach(line -> namespaces.add(line.object().path("namespace").asText()));
        namespaces.remove("");
        return namespaces;
    }

    /** It, cut at its actions. */
    List<Segment> segments() {
        List<Segment> segments = new ArrayList<>();
        List<Line> pending = new ArrayList<>();
        Line action = null;
        for (Line line : lines) {
            if (!line.isAction()) {
                pending.add(line);
                continue;
            }
            int cut = effectOf(line, pending);
            if (action != null) {
                segments.add(segment(action, pending.subList(0, cut), line.seconds()));
            }
            pending = new ArrayList<>(pending.subList(action == null ? 0 : cut, pending.size()));
            action = line;
        }
        if (action != null) {
            segments.add(segment(action, pending, Double.MAX_VALUE));
        }
        return segments;
    }

    private static Segment segment(Line action, List<Line> events, double end) {
        double last = events.isEmpty()
                ? action.seconds()
                : Math.max(action.seconds(), events.getLast().seconds());
        return new Segment(action, List.copyOf(events), end - last);
    }

    /** Where in the events before it the effects of an action begin: at the first that shows what the caller wrote. */
    private int effectOf(Line action, List<Line> events) {
        int cut = events.size();
        while (cut > 0 && events.get(cut - 1).seconds() > action.seconds() - CALL) {
            cut--;
        }
        Map<String, ObjectNode> last = new HashMap<>();
        events.subList(0, cut).forEach(line -> last.put(line.kind() + line.name(), line.object()));
        for (; cut < events.size(); cut++) {
            Line line = events.get(cut);
            ObjectNode before = last.put(line.kind() + line.name(), line.object());
            if (concerns(action, line) && wrote(line, before)) {
                return cut;
            }
        }
        return cut;
    }

    private static boolean concerns(Line action, Line line) {
        return action.text().contains(" " + line.name())
                || action.text().contains("/" + line.name() + "/")
                || action.text().startsWith("POST eviction");
    }

    private static boolean wrote(Line line, ObjectNode before) {
        if (before == null) {
            return line.verb().equals("ADDED");
        }
        JsonNode now = line.object();
        return line.isDeletion()
                || !now.path("spec").equals(before.path("spec"))
                || now.path("metadata").has("deletionTimestamp")
                        != before.path("metadata").has("deletionTimestamp")
                || !now.path("metadata")
                        .path("labels")
                        .equals(before.path("metadata").path("labels"))
                || !now.path("metadata")
                        .path("finalizers")
                        .equals(before.path("metadata").path("finalizers"))
                || !now.path("status")
                        .path("stateChangeRequests")
                        .equals(before.path("status").path("stateChangeRequests"))
                || !now.path("status")
                        .path("evacuationNodeName")
                        .equals(before.path("status").path("evacuationNodeName"));
    }
}
