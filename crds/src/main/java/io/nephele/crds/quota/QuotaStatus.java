package io.nephele.crds.quota;

import io.fabric8.kubernetes.api.model.Condition;
import io.nephele.crds.HasConditions;
import io.nephele.crds.Wire;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is used. Admission writes it, a charge at a time; the operator repairs it from the objects.
 *
 * @param usage of the whole project by resource
 * @param members usage of each user, who may be a member no more
 * @param charges the latest ones, whose objects may not have been written yet
 * @param summary usage and limit in one word, for people
 */
@Wire
public record QuotaStatus(
        @Nullable Map<String, String> usage,
        @Nullable Map<String, Map<String, String>> members,
        @Nullable List<Charge> charges,
        @Nullable Map<String, String> summary,
        @Nullable List<Condition> conditions)
        implements HasConditions<QuotaStatus> {

    /** Of an object of which nothing is known yet. */
    public static final QuotaStatus NONE = new QuotaStatus(null, null, null, null, null);

    @Override
    public QuotaStatus withConditions(List<Condition> conditions) {
        return new QuotaStatus(usage, members, charges, summary, conditions);
    }

    /**
     * An object that was admitted lately, and what it costs from then on.
     *
     * @param kind and {@code name}: the object
     * @param uid of the object
     * @param generation of the object that was admitted
     * @param user who is charged; absent where the project alone is
     * @param amounts by resource; empty for an object that goes
     * @param at RFC 3339 with milliseconds, UTC
     */
    @Wire
    public record Charge(
            String kind,
            String name,
            String uid,
            long generation,
            @Nullable String user,
            Map<String, String> amounts,
            String at) {}
}
