package io.nephele.apiserver.action.sts;

import io.nephele.apiserver.protocol.AwsException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What STS says of values that break the constraints of its model. */
final class Constraints {

    private static final Pattern SESSION_NAME = Pattern.compile("[\\w+=,.@-]*");

    private Constraints() {}

    static AwsException missing(String member) {
        return violated("null", member, "Member must not be null");
    }

    /** A text that must be there. */
    static String required(@Nullable String text, String member) {
        if (text == null || text.isEmpty()) {
            throw missing(member);
        }
        return text;
    }

    /** The name of a session. */
    static String sessionName(@Nullable String name) {
        String given = required(name, "roleSessionName");
        if (given.length() < 2) {
            throw violated(given, "roleSessionName", "Member must have length greater than or equal to 2");
        }
        if (given.length() > 64) {
            throw violated(given, "roleSessionName", "Member must have length less than or equal to 64");
        }
        if (!SESSION_NAME.matcher(given).matches()) {
            throw violated(
                    given,
                    "roleSessionName",
                    "Member must satisfy regular expression pattern: " + SESSION_NAME.pattern());
        }
        return given;
    }

    /** How long a session is to last. */
    static Duration duration(@Nullable Integer seconds, int least, int most, int normal) {
        if (seconds == null) {
            return Duration.ofSeconds(normal);
        }
        if (seconds < least) {
            throw violated(
                    seconds.toString(), "durationSeconds", "Member must have value greater than or equal to " + least);
        }
        if (seconds > most) {
            throw violated(
                    seconds.toString(), "durationSeconds", "Member must have value less than or equal to " + most);
        }
        return Duration.ofSeconds(seconds);
    }

    private static AwsException violated(String value, String member, String constraint) {
        String shown = value.length() <= 128 ? value : value.substring(0, 128) + "...";
        return AwsException.of(
                "ValidationError",
                "1 validation error detected: Value %s at '%s' failed to satisfy constraint: %s"
                        .formatted(value.equals("null") ? "null" : "'" + shown + "'", member, constraint));
    }

    /** Refuses what would give less than it seems to: a session that was asked to be weaker must not be stronger. */
    static void refuse(boolean given, String what) {
        if (given) {
            throw AwsException.of("ValidationError", what + " are not supported in this cloud: ask again without them");
        }
    }
}
