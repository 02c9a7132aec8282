package io.nephele.sandbox.standin.recording;

import com.fasterxml.jackson.databind.JsonNode;
import io.nephele.sandbox.standin.recording.Calls.Answer;
import io.nephele.sandbox.standin.recording.Recording.Line;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Compares what was recorded with what was seen, and says what differs. */
record Report(
        String recording, Line action, Subject subject, Lives recorded, Lives seen, Map<String, Set<String>> racy) {

    /** Code and text of an answer. */
    void answer(Answer answer, Set<String> alsoRight) {
        JsonNode wanted = action.object();
        var text = new StringBuilder();
        if (wanted.path("httpStatus").asInt() != answer.status()) {
            difference(text, "code", wanted.path("httpStatus").asText(), answer.status() + " " + answer.body());
        }
        JsonNode response = wanted.path("response");
        JsonNode body = answer.body().startsWith("{") ? Replay.parse(answer.body()) : wanted.path("none");
        String message = body.has("message") ? body.path("message").asText() : answer.body();
        if (response.isObject()) {
            if (response.has("message") && alsoRight.stream().noneMatch(message::endsWith)) {
                compare(text, "message", response.path("message").asText(), message);
            }
            if (response.has("reason")) {
                compare(
                        text,
                        "reason",
                        response.path("reason").asText(),
                        body.path("reason").asText());
            }
            compare(text, "causes", causes(response), causes(body));
            if (!response.has("message") && !response.has("warning")) {
                compare(text, "fields", fields(response), fields(body));
            }
        } else if (response.asText().startsWith("299 ")) {
            compare(text, "warning", response.asText(), answer.warning());
        } else if (response.isTextual()) {
            // A long text may have been cut by the recorder.
            String all = response.asText();
            compare(
                    text,
                    "body",
                    all,
                    all.isEmpty() ? message : message.substring(0, Math.min(all.length(), message.length())));
        }
        failIf(text);
    }

    private static String fields(JsonNode object) {
        var names = new TreeSet<String>();
        object.fieldNames().forEachRemaining(names::add);
        return names.toString();
    }

    private static String causes(JsonNode status) {
        var causes = new ArrayList<String>();
        for (JsonNode cause : status.path("details").path("causes")) {
            causes.add(
                    cause.path("field").asText() + ": " + cause.path("message").asText());
        }
        return String.join("\n", causes);
    }

    private void compare(StringBuilder text, String what, String wanted, String got) {
        if (!subject.names().normal(wanted).equals(subject.names().normal(got))) {
            difference(text, what, wanted, got);
        }
    }

    /** What the objects show at the end of a segment. Fails in any case: it is asked when the waiting was in vain. */
    void state(Set<String> missing) {
        var text = new StringBuilder();
        for (String key : missing) {
            List<Line> lines = seen.of(key);
            text.append("  ").append(key).append('\n');
            if (!lines.isEmpty()) {
                Line wanted = recorded.of(key).getLast();
                Line closest = closest(wanted, lines);
                facts(text, wanted, subject.same(wanted, closest) ? lines.getLast() : closest);
            }
            for (String name : view(key).words().keySet()) {
                difference(
                        text,
                        name,
                        String.join(" > ", words(recorded, key, name, Set.of())),
                        String.join(" > ", words(seen, key, name, Set.of())));
            }
        }
        if (text.isEmpty()) {
            text.append("  It does not come to rest\n");
        }
        failIf(text);
    }

    /** What was seen and differs least, the latest of those. */
    private Line closest(Line wanted, List<Line> lines) {
        Map<String, String> facts = subject.facts(wanted);
        return lines.reversed().stream()
                .min(Comparator.comparingInt(line -> {
                    var different = new HashSet<>(subject.facts(line).entrySet());
                    different.removeAll(facts.entrySet());
                    var missing = new HashSet<>(facts.entrySet());
                    missing.removeAll(subject.facts(line).entrySet());
                    return different.size() + missing.size();
                }))
                .orElseThrow();
    }

    private void facts(StringBuilder text, Line wanted, Line got) {
        Map<String, String> left = subject.facts(wanted);
        Map<String, String> right = subject.facts(got);
        var names = new TreeSet<>(left.keySet());
        names.addAll(right.keySet());
        for (String name : names) {
            if (!Objects.equals(left.get(name), right.get(name))) {
                difference(text, name, left.getOrDefault(name, "-"), right.getOrDefault(name, "-"));
            }
        }
    }

    /** The words of every object from its first to its last. */
    void words() {
        failIf(differentWords());
    }

    private StringBuilder differentWords() {
        var text = new StringBuilder();
        var keys = new TreeSet<>(recorded.keys());
        keys.addAll(seen.keys());
        for (String key : keys) {
            for (String name : view(key).words().keySet()) {
                List<String> wanted = words(recorded, key, name, racy.getOrDefault(key, Set.of()));
                List<String> got = words(seen, key, name, racy.getOrDefault(key, Set.of()));
                if (!wanted.equals(got)) {
                    text.append("  ").append(key).append('\n');
                    difference(text, name, String.join(" > ", wanted), String.join(" > ", got));
                }
            }
        }
        return text;
    }

    private View view(String key) {
        return subject.views().get(key.substring(0, key.indexOf(' ')));
    }

    /** Whether an object has had the same phases, not only the last one. */
    boolean cameTheSameWay(String key, List<Line> lines) {
        Set<String> without = racy.getOrDefault(key, Set.of());
        return !view(key).words().containsKey("phase")
                || words(recorded.of(key), key, "phase", without).equals(words(lines, key, "phase", without));
    }

    private List<String> words(Lives lives, String key, String name, Set<String> without) {
        return words(lives.of(key), key, name, without);
    }

    private List<String> words(List<Line> lines, String key, String name, Set<String> without) {
        List<String> words = new ArrayList<>();
        for (Line line : lines) {
            String word = view(key).words().get(name).apply(line.object());
            add(words, word == null ? null : subject.names().normal(word), without);
            if (line.isDeletion()) {
                int size = words.size();
                if (size >= 3 && words.get(size - 3).equals(words.get(size - 1))) {
                    // It went while it was going round: where, depends on the time.
                    words.removeLast();
                }
                add(words, "gone", without);
            }
        }
        return words;
    }

    /** Adds what is new. What goes on and on (it fails, is tried again, fails) is said once: how often depends on the time. */
    private static void add(List<String> words, @Nullable String word, Set<String> without) {
        boolean said = !words.isEmpty() && words.getLast().equals(word);
        if (word == null || said || without.contains(word)) {
            return;
        }
        words.add(word);
        int size = words.size();
        if (size >= 4 && words.subList(size - 4, size - 2).equals(words.subList(size - 2, size))) {
            words.subList(size - 2, size).clear();
        }
    }

    /** Whether all objects have had the same words, and the same Kubernetes events were told. */
    boolean isEmpty() {
        return differentWords().isEmpty() && told(recorded).equals(told(seen));
    }

    /** Kubernetes events: which were told of each object. */
    void events() {
        var text = new StringBuilder();
        Map<String, Set<String>> wanted = told(recorded);
        Map<String, Set<String>> got = told(seen);
        var objects = new TreeSet<>(wanted.keySet());
        objects.addAll(got.keySet());
        for (String object : objects) {
            var left = new TreeSet<>(wanted.getOrDefault(object, Set.of()));
            var right = new TreeSet<>(got.getOrDefault(object, Set.of()));
            if (!left.equals(right)) {
                text.append("  events of ").append(object).append('\n');
                left.stream()
                        .filter(event -> !right.contains(event))
                        .forEach(event -> text.append("      only recorded  ")
                                .append(event)
                                .append('\n'));
                right.stream()
                        .filter(event -> !left.contains(event))
                        .forEach(event -> text.append("      only seen      ")
                                .append(event)
                                .append('\n'));
            }
        }
        failIf(text);
    }

    private Map<String, Set<String>> told(Lives lives) {
        Map<String, Set<String>> told = new TreeMap<>();
        for (Line line : lives.events()) {
            if (subject.events().test(line.object())) {
                JsonNode about = line.object().path("involvedObject");
                String object = subject.names()
                        .normal(about.path("kind").asText() + " "
                                + about.path("name").asText());
                String event = subject.names()
                        .normal(line.object().path("type").asText() + " "
                                + line.object().path("reason").asText() + ": "
                                + line.object().path("message").asText());
                Set<String> without = racy.getOrDefault("events of " + object, Set.of());
                if (without.stream().noneMatch(event::contains)) {
                    told.computeIfAbsent(object, _ -> new TreeSet<>()).add(event);
                }
            }
        }
        return told;
    }

    private static void difference(StringBuilder text, String what, String wanted, String got) {
        text.append("      ")
                .append(what)
                .append("\n        recorded  ")
                .append(wanted)
                .append("\n        seen      ")
                .append(got)
                .append('\n');
    }

    private void failIf(StringBuilder text) {
        if (!text.isEmpty()) {
            throw new AssertionError(
                    "%s, after %.2f s: %s%n%s".formatted(recording, action.seconds(), action.text(), text));
        }
    }
}
