package io.nephele.operator.project;

import io.nephele.crds.Nephele;
import io.nephele.crds.project.HistoryEntry;
import io.nephele.operator.admission.Asked;
import io.nephele.operator.admission.Fill;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Who did what, stamped onto an object in the write that did it. What a user sends as history is never looked at. */
record Histories(Clock clock, String operator) {

    /**
     * The history as it is to be.
     *
     * @param old the history so far
     * @param next makes the entry of this write from the moment and the Kubernetes user; null where nothing happened that is worth one
     */
    List<Fill> complete(Asked asked, List<HistoryEntry> old, BiFunction<String, String, @Nullable HistoryEntry> next) {
        // To the millisecond: of two applications the later one counts.
        HistoryEntry entry =
                next.apply(clock.instant().truncatedTo(ChronoUnit.MILLIS).toString(), actor(asked));
        var history = new ArrayList<>(old);
        if (entry != null) {
            history.add(entry);
        }
        boolean claimed = asked.object() != null && asked.object().has("history");
        return history.isEmpty() && !claimed
                ? List.of()
                : List.of(new Fill(
                        List.of("history"),
                        List.copyOf(history.subList(Math.max(0, history.size() - HistoryEntry.KEPT), history.size()))));
    }

    /** Whose act it is: the operator's writes say for whom they are. */
    String actor(Asked asked) {
        if (!isOperator(asked) || asked.object() == null) {
            return asked.user();
        }
        String of = asked.object()
                .path("metadata")
                .path("annotations")
                .path(Nephele.ANNOTATION_ACTING_FOR)
                .asText("");
        return of.isEmpty() ? asked.user() : of;
    }

    boolean isOperator(Asked asked) {
        return asked.user().equals(operator);
    }

    /** Whether the operator does it of its own accord. */
    boolean isOperatorItself(Asked asked) {
        return actor(asked).equals(operator);
    }
}
