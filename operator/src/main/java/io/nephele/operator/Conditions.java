package io.nephele.operator;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.nephele.crds.HasConditions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The conditions of an object's next status. One that does not turn keeps its {@code lastTransitionTime}. */
public final class Conditions {

    /** The type of a condition: calls that the operator makes are refused or fail, again and again, and are tried again. */
    public static final String STALLED = "Stalled";

    /** The reason of {@link #STALLED}. */
    public static final String API_FAILURE = "ApiFailure";

    /** Most of what an outside system says is cut to this. */
    private static final int MAX_MESSAGE = 512;

    private final List<Condition> conditions;
    private final long generation;
    private final Instant now;

    /**
     * Starts from what stands in the status.
     *
     * @param present may be null
     * @param generation of the object that was looked at
     */
    public Conditions(@Nullable List<Condition> present, @Nullable Long generation, Instant now) {
        this.conditions = new ArrayList<>(present == null ? List.of() : present);
        this.generation = generation == null ? 0 : generation;
        this.now = now;
    }

    /** Sets one. */
    public Conditions set(String type, boolean status, String reason, String message) {
        Condition old = find(type);
        String value = status ? "True" : "False";
        boolean lasts = old != null && value.equals(old.getStatus());
        Condition condition = new ConditionBuilder()
                .withType(type)
                .withStatus(value)
                .withReason(reason)
                .withMessage(message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "…")
                .withObservedGeneration(generation)
                .withLastTransitionTime(lasts && old != null ? old.getLastTransitionTime() : timestamp(now))
                .build();
        if (old == null) {
            conditions.add(condition);
        } else {
            conditions.set(conditions.indexOf(old), condition);
        }
        return this;
    }

    /** Takes one away. */
    public Conditions remove(String type) {
        conditions.removeIf(condition -> type.equals(condition.getType()));
        return this;
    }

    public List<Condition> toList() {
        return List.copyOf(conditions);
    }

    private @Nullable Condition find(String type) {
        return find(conditions, type);
    }

    /** The same status, with word of a failure that lasts. */
    public static <S extends HasConditions<S>> S stalled(S status, HasMetadata of, String message, Instant now) {
        return status.withConditions(
                new Conditions(status.conditions(), of.getMetadata().getGeneration(), now)
                        .set(STALLED, true, API_FAILURE, message)
                        .toList());
    }

    /** The same status without such word. */
    static <S extends HasConditions<S>> S notStalled(S status) {
        List<Condition> conditions = status.conditions();
        return conditions == null || find(conditions, STALLED) == null
                ? status
                : status.withConditions(conditions.stream()
                        .filter(condition -> !STALLED.equals(condition.getType()))
                        .toList());
    }

    /** A condition by its type, or null. */
    public static @Nullable Condition find(@Nullable List<Condition> conditions, String type) {
        return conditions == null
                ? null
                : conditions.stream()
                        .filter(c -> type.equals(c.getType()))
                        .findFirst()
                        .orElse(null);
    }

    /** Whether a condition is there and True. */
    public static boolean isTrue(@Nullable List<Condition> conditions, String type) {
        Condition condition = find(conditions, type);
        return condition != null && "True".equals(condition.getStatus());
    }

    /** The reason of a condition, or the empty string. */
    public static String reason(@Nullable List<Condition> conditions, String type) {
        Condition condition = find(conditions, type);
        return condition == null || condition.getReason() == null ? "" : condition.getReason();
    }

    /** A moment as it stands in a status: RFC 3339, UTC, whole seconds. */
    public static String timestamp(Instant moment) {
        return moment.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
