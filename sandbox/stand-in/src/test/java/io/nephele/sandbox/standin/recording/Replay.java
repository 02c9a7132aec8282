package io.nephele.sandbox.standin.recording;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.recording.Calls.Answer;
import io.nephele.sandbox.standin.recording.Recording.Line;
import io.nephele.sandbox.standin.recording.Recording.Segment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One recording played again. After each action it waits until every object shows what it showed in the recording before the next action; where the recording had come to
 * rest, until it does so and goes on doing so.
 */
final class Replay implements Stage {

    /** The garbage collector takes half a minute to learn of a new kind. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /** A recording in which nothing happened for so many seconds had come to rest. */
    private static final double REST = 1.0;

    /** In a recording of answers only: what was done after so many seconds was done to what the action before had brought about. */
    private static final double PAUSE = 0.15;

    /** For so long nothing may happen where the recording had come to rest. */
    private static final Duration STILL = Duration.ofMillis(120);

    private final Subject subject;
    private final Scenario scenario;
    private final Recording recording;
    private final Watched watched;
    private final Calls calls;
    private final Lives recorded;
    private final Lives seen;
    private final Map<String, Integer> taken = new HashMap<>();
    private final Map<String, Integer> position = new HashMap<>();
    private final List<Line> past = new ArrayList<>();
    private Segment segment;
    private final Set<String> missing = new TreeSet<>();
    private long lastEvent;
    private long lastAction;

    Replay(Subject subject, Scenario scenario, Watched watched, Calls calls) {
        this.subject = subject;
        this.scenario = scenario;
        this.watched = watched;
        this.calls = calls;
        recording = scenario.read();
        recorded = new Lives(subject.views().keySet(), subject.names(), recording.name());
        seen = new Lives(subject.views().keySet(), subject.names(), recording.name());
    }

    /** Plays it; a difference is an AssertionError that shows both sides. */
    void run() {
        for (String namespace : recording.namespaces()) {
            calls.call("POST", "/api/v1/namespaces", "application/json", """
                    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "%s"}}""".formatted(namespace));
        }
        for (Segment next : recording.segments()) {
            segment = next;
            subject.actions().prepare(this);
            var bound = subject.actions().find(next.action().text());
            Answer answer = bound.action().perform(this, bound.text());
            lastAction = System.nanoTime();
            next.events().stream().filter(this::isShown).forEach(recorded::add);
            var report = report();
            if (!answer.equals(Answer.NONE)) {
                report.answer(answer, scenario.racy().getOrDefault(next.action().text(), Set.of()));
            }
            try {
                await().atMost(PATIENCE)
                        .pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(10))
                        .until(this::reached);
            } catch (ConditionTimeoutException e) {
                report.state(missing);
            }
            past.addAll(next.events());
        }
        if (!recording.hasAnswersOnly()) {
            end();
        }
    }

    /** Events are sent behind the work; and the last recorded state may have been an artefact, on the way to which something is left to be done. */
    private void end() {
        try {
            await().atMost(PATIENCE).pollDelay(Duration.ZERO).until(() -> {
                pull();
                return report().isEmpty();
            });
        } catch (ConditionTimeoutException e) {
            report().words();
            report().events();
        }
    }

    private boolean reached() {
        if (pull()) {
            lastEvent = System.nanoTime();
        }
        if (recording.hasAnswersOnly()) {
            return System.nanoTime() - Math.max(lastEvent, lastAction)
                    > still(segment.quiet()).toNanos();
        }
        boolean rest = segment.quiet() >= REST
                && scenario.moving().stream().noneMatch(segment.action().text()::startsWith);
        missing.clear();
        for (String key : recorded.keys()) {
            if (!reached(key, rest)) {
                missing.add(key);
            }
        }
        if (!missing.isEmpty()) {
            return false;
        }
        return !rest || System.nanoTime() - lastEvent > STILL.toNanos();
    }

    /** What was waited for is not known, only for how long: so much longer nothing may happen here. */
    private static Duration still(double quiet) {
        return quiet < PAUSE
                ? Duration.ZERO
                : quiet < REST ? STILL.dividedBy(2) : Duration.ofMillis((long) Math.clamp(quiet * 200, 500, 2000));
    }

    private Report report() {
        return new Report(recording.name(), segment.action(), subject, recorded, seen, scenario.racy());
    }

    private boolean isShown(Line line) {
        return subject.shown().test(line) && scenario.shows(line);
    }

    private boolean pull() {
        boolean news = false;
        for (String namespace : recording.namespaces()) {
            for (Line line : watched.after(namespace, taken.getOrDefault(namespace, 0))) {
                if (isShown(line)) {
                    seen.add(line);
                }
                taken.merge(namespace, 1, Integer::sum);
                news = true;
            }
        }
        return news;
    }

    private boolean reached(String key, boolean rest) {
        Line wanted = recorded.of(key).getLast();
        List<Line> lines = seen.of(key);
        if (scenario.sooner().contains(wanted.name()) && segment.quiet() < Double.MAX_VALUE / 2) {
            return !lines.isEmpty();
        }
        if (subject.artefact().test(wanted)) {
            return !lines.isEmpty();
        }
        int from = position.getOrDefault(key, 0);
        for (int i = rest ? Math.max(from, lines.size() - 1) : from; i < lines.size(); i++) {
            if (subject.same(wanted, lines.get(i)) && report().cameTheSameWay(key, lines.subList(0, i + 1))) {
                position.put(key, i);
                return true;
            }
        }
        return false;
    }

    @Override
    public Calls calls() {
        return calls;
    }

    @Override
    public Line action() {
        return segment.action();
    }

    @Override
    public String namespace() {
        String namespace = segment.action().object().path("namespace").asText();
        return namespace.isEmpty() ? home() : namespace;
    }

    /** Where the recording plays, when an action does not say so: usually in the namespace of its name. */
    private String home() {
        var used = recording.lines().stream()
                .map(Line::namespace)
                .filter(namespace -> !namespace.isEmpty())
                .toList();
        return used.isEmpty() || used.contains(recording.name()) ? recording.name() : used.getFirst();
    }

    @Override
    public ObjectNode object(String kind, String name) {
        String given = scenario.given().get(kind + " " + name);
        if (given != null) {
            return (ObjectNode) parse(given);
        }
        for (Line line : future()) {
            if (line.kind().equals(kind)
                    && line.name().equals(name)
                    && line.verb().equals("ADDED")) {
                return scenario.edit().apply(kind, line.object().deepCopy());
            }
        }
        throw new IllegalArgumentException("Neither recorded nor given: " + kind + " " + name);
    }

    static JsonNode parse(String json) {
        try {
            return Recording.JSON.readTree(json);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    @Override
    public String seenName(String kind, String recordedName) {
        for (Line line : past.reversed()) {
            if (line.kind().equals(kind) && line.name().equals(recordedName)) {
                List<Line> lines = seen.of(recorded.key(line));
                return lines.isEmpty() ? recordedName : lines.getLast().name();
            }
        }
        return recordedName;
    }

    @Override
    public ObjectNode seen(Line line) {
        pull();
        String key = recorded.key(line);
        List<Line> lines = key == null ? List.of() : seen.of(key);
        return lines.isEmpty() || lines.getLast().isDeletion()
                ? null
                : lines.getLast().object();
    }

    @Override
    public List<Line> seen(String kind) {
        pull();
        return seen.keys().stream()
                .filter(key -> key.startsWith(kind + " "))
                .map(key -> seen.of(key).getLast())
                .toList();
    }

    @Override
    public String next() {
        List<Segment> segments = recording.segments();
        int next = segments.indexOf(segment) + 1;
        return next < segments.size() ? segments.get(next).action().text() : "";
    }

    @Override
    public List<Line> past() {
        return past;
    }

    @Override
    public List<Line> future() {
        List<Line> lines =
                recording.lines().stream().filter(line -> !line.isAction()).toList();
        return lines.subList(past.size(), lines.size());
    }
}
