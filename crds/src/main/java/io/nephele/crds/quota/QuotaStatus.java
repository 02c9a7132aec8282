package io.nephele.crds.quota;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fabric8.kubernetes.api.model.Condition;
import io.nephele.crds.HasConditions;
import io.nephele.crds.Wire;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
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
     * An object that was admitted lately, and what it costs from then on. It is written as one line: the API server would spend more on checking a hundred objects than on all else that a charge
     * costs.
     *
     * @param kind and {@code name}: the object
     * @param uid of the object
     * @param generation of the object that was admitted
     * @param user who is charged; absent where the project alone is
     * @param amounts by resource; empty for an object that goes
     * @param at RFC 3339 with milliseconds, UTC
     */
    public record Charge(
            String kind,
            String name,
            String uid,
            long generation,
            @Nullable String user,
            Map<String, String> amounts,
            String at) {

        private static final int WORDS = 6;

        /** {@code 2026-01-31T12:00:00.000Z instances/web <uid> 1 instances=1,vcpus=2 alice}: no user, or a minus for no amounts, at the end. */
        @JsonValue
        public String line() {
            String sum = amounts.isEmpty()
                    ? "-"
                    : amounts.entrySet().stream()
                            .map(amount -> amount.getKey() + "=" + amount.getValue())
                            .sorted()
                            .collect(Collectors.joining(","));
            String line = String.join(" ", at, kind + "/" + name, uid, Long.toString(generation), sum);
            return user == null ? line : line + " " + user;
        }

        /**
         * What {@link #line()} says.
         *
         * @throws IllegalArgumentException if it is not such a line
         */
        @JsonCreator
        public static Charge parse(String line) {
            List<String> words = List.of(line.split(" ", WORDS));
            List<String> object = List.of(words.get(1).split("/", 2));
            if (words.size() < WORDS - 1 || object.size() < 2) {
                throw new IllegalArgumentException("Not a charge: " + line);
            }
            var amounts = new TreeMap<String, String>();
            if (!words.get(4).equals("-")) {
                for (String amount : words.get(4).split(",", -1)) {
                    int equals = amount.indexOf('=');
                    amounts.put(amount.substring(0, equals), amount.substring(equals + 1));
                }
            }
            return new Charge(
                    object.get(0),
                    object.get(1),
                    words.get(2),
                    Long.parseLong(words.get(3)),
                    words.size() < WORDS ? null : words.get(5),
                    amounts,
                    words.get(0));
        }
    }
}
