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
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** What watches of a real system saw, with what was done to it in between. */
record Recording(String name, List<Line> lines) {

    static final ObjectMapper JSON = new ObjectMapper();

    /** An action is written down after its call has returned: what it did to its object may stand this many seconds before. */
    private static final double CALL = 0.4;

    /** What the texts of actions call the kinds. */
    private static final Map<String, String> WORDS = Map.of(
            "VirtualMachine",
            "vm",
            "VirtualMachineInstance",
            "vmi",
            "VirtualMachineInstanceMigration",
            "vmim",
            "DataVolume",
            "dv",
            "PersistentVolumeClaim",
            "pvc",
            "Pod",
            "pod");

    /** What callers write. */
    private static final List<String> WRITTEN =
            List.of("/spec", "/metadata/labels", "/metadata/finalizers", "/status/stateChangeRequests");

    /** A controller may be seen to react this many seconds before what it reacts to. */
    private static final double REACTION = 0.1;

    /** Texts of actions that only look. */
    private static final Pattern READS =
            Pattern.compile("(\\(|get |pvc |dv |rendered |after |answer |ownerReferences |PVCs )");

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

    /** It, without what came later than so many seconds. */
    Recording until(double seconds) {
        return new Recording(
                name, lines.stream().filter(line -> line.seconds() <= seconds).toList());
    }

    /** It with more actions, all of them successful. */
    Recording with(Map<Double, String> actions) {
        List<Line> all = new ArrayList<>(lines);
        actions.forEach((seconds, text) -> all.add(new Line(
                seconds,
                "ACTION",
                "",
                "",
                JSON.createObjectNode().put("action", text).put("httpStatus", 200))));
        all.sort(Comparator.comparingDouble(Line::seconds));
        return new Recording(name, List.copyOf(all));
    }

    /** Whether nothing was watched, and all there is are the answers. */
    boolean hasAnswersOnly() {
        return lines.stream().allMatch(Line::isAction);
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
        Map<String, ObjectNode> last = new HashMap<>();
        Line action = null;
        for (Line line : lines) {
            if (!line.isAction()) {
                pending.add(line);
                continue;
            }
            int cut = effectOf(line, action, pending, last);
            cut = gone(line, pending, cut);
            if (action != null) {
                segments.add(segment(action, pending.subList(0, cut), line.seconds()));
                pending.subList(0, cut).forEach(event -> last.put(event.kind() + event.name(), event.object()));
            }
            pending = new ArrayList<>(pending.subList(action == null ? 0 : cut, pending.size()));
            action = line;
        }
        if (action != null) {
            segments.add(segment(action, pending, Double.MAX_VALUE));
        }
        return segments;
    }

    /** What was gone before the call returned, and is not of the kind that was written, had been on its way before. */
    private static int gone(Line action, List<Line> events, int cut) {
        List<Line> gone = events.subList(cut, events.size()).stream()
                .filter(line -> line.isDeletion()
                        && !action.text().contains(WORDS.getOrDefault(line.kind(), line.kind()) + " "))
                .toList();
        events.removeAll(gone);
        events.addAll(cut, gone);
        return cut + gone.size();
    }

    private static Segment segment(Line action, List<Line> events, double end) {
        double last = events.isEmpty()
                ? action.seconds()
                : Math.max(action.seconds(), events.getLast().seconds());
        return new Segment(action, List.copyOf(events), end - last);
    }

    /**
     * Where in the events before it the effects of an action begin: at the first that shows what the caller wrote, or shortly before, where the reaction of
     * a controller was seen first.
     */
    private static int effectOf(Line action, Line previous, List<Line> events, Map<String, ObjectNode> before) {
        double earliest = Math.max(action.seconds() - CALL, previous == null ? -CALL : previous.seconds());
        Map<String, ObjectNode> last = new HashMap<>(before);
        int reaction = events.size();
        for (int i = 0; i < events.size(); i++) {
            Line line = events.get(i);
            ObjectNode old = last.put(line.kind() + line.name(), line.object());
            if (line.seconds() < earliest) {
                continue;
            }
            boolean close = reaction < events.size()
                    && line.seconds() - events.get(reaction).seconds() < REACTION / 2;
            if (wrote(action, line, old)) {
                return close ? reaction : i;
            }
            if (!close && reacted(action, line, old)) {
                reaction = i;
            }
        }
        boolean close = reaction < events.size()
                && action.seconds() - events.get(reaction).seconds() < REACTION;
        return close ? reaction : events.size();
    }

    /** Whether an event shows what the caller of an action wrote. */
    private static boolean wrote(Line action, Line line, ObjectNode before) {
        String text = action.text();
        if (READS.matcher(text).lookingAt()) {
            return false;
        }
        if (before == null || line.verb().equals("ADDED")) {
            return line.verb().equals("ADDED") && text.startsWith("create") && names(text, line.name());
        }
        if (text.contains(WORDS.getOrDefault(line.kind(), line.kind()) + " " + line.name())
                || text.contains("/" + line.name() + "/")) {
            return text.startsWith("kubectl delete ") ? vanished(line, before) : changed(line, before);
        }
        if (text.contains("evacuate/cancel")) {
            return appears("/status/evacuationNodeName", before, line.object());
        }
        return text.contains("pod")
                && (appears("/status/evacuationNodeName", line.object(), before)
                        || (isFinal(line.object()) && !isFinal(before)));
    }

    /** Whether an event shows a change of something that belongs to the object which an action is about. */
    private static boolean reacted(Line action, Line line, ObjectNode before) {
        if (READS.matcher(action.text()).lookingAt()) {
            return false;
        }
        if (before == null) {
            // A pod that holds a disk is named after nothing.
            return line.kind().equals("Pod") && action.text().contains("volume");
        }
        return names(action.text(), line.name()) && changed(line, before);
    }

    private static boolean vanished(Line line, ObjectNode before) {
        return line.isDeletion() || appears("/metadata/deletionTimestamp", line.object(), before);
    }

    private static boolean changed(Line line, ObjectNode before) {
        return vanished(line, before)
                || WRITTEN.stream()
                        .anyMatch(pointer -> !line.object().at(pointer).equals(before.at(pointer)));
    }

    private static boolean names(String text, String name) {
        for (String word : text.split("[ /]")) {
            if (name.equals(word) || name.contains("-" + word + "-")) {
                return true;
            }
        }
        return false;
    }

    private static boolean appears(String pointer, JsonNode now, JsonNode before) {
        return !now.at(pointer).isMissingNode() && before.at(pointer).isMissingNode();
    }

    private static boolean isFinal(JsonNode object) {
        String phase = object.path("status").path("phase").asText();
        return phase.equals("Failed") || phase.equals("Succeeded");
    }
}
