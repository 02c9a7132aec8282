package io.nephele.sandbox.standin.recording;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.recording.Recording.Line;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The system whose recordings are replayed.
 *
 * @param views what is compared, by kind
 * @param events which Kubernetes events are compared
 * @param shown which objects are compared
 * @param artefact which recorded states were those of the laboratory: any other is as good
 */
record Subject(
        Map<String, View> views,
        Actions actions,
        Names names,
        Predicate<ObjectNode> events,
        Predicate<Line> shown,
        Predicate<Line> artefact) {

    Subject(Map<String, View> views, Actions actions, Names names, Predicate<ObjectNode> events) {
        this(views, actions, names, events, _ -> true, _ -> false);
    }

    /** What is compared of an object as a watch showed it. */
    Map<String, String> facts(Line line) {
        Map<String, String> facts = views.get(line.kind()).of(line.object(), names);
        if (line.isDeletion()) {
            // The last state of an object that is gone depends on which of the last writes came first.
            return Map.of("gone", "yes");
        }
        return facts;
    }

    boolean same(Line wanted, Line seen) {
        return facts(wanted).equals(facts(seen));
    }
}
