package io.nephele.operator.quota;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A limit that stands against a growth.
 *
 * @param user whose limit it is; null for the project's
 * @param growth what was asked for on top
 * @param used so far
 * @param frozen why the limit is zero, where that is the project's state and not what was agreed
 * @param users who uses how much of it, most first
 */
record Excess(
        String project,
        String resource,
        @Nullable String user,
        long growth,
        long used,
        long limit,
        @Nullable String frozen,
        List<Map.Entry<String, Long>> users) {

    private static final int NAMED = 5;

    /** Which limit, how much is used, by whom, and what was asked. */
    String message() {
        String whose = user == null ? "the project " + project : "the user " + user + " in the project " + project;
        String by = users.isEmpty()
                ? ""
                : " ("
                        + users.stream()
                                .limit(NAMED)
                                .map(e -> e.getKey() + " " + Amounts.format(resource, e.getValue()))
                                .collect(Collectors.joining(", "))
                        + (users.size() > NAMED ? ", and others" : "") + ")";
        String why = frozen == null ? "" : "; all limits are zero: " + frozen;
        return "exceeded quota of %s: %s, asked for: %s, used: %s%s, limit: %s%s"
                .formatted(
                        whose,
                        resource,
                        Amounts.format(resource, growth),
                        Amounts.format(resource, used),
                        by,
                        Amounts.format(resource, limit),
                        why);
    }
}
