package io.nephele.crds.quota;

import io.fabric8.generator.annotation.Size;
import io.nephele.crds.Wire;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The limits in force. The operator writes them, from the Project and its memberships.
 *
 * @param frozen why all limits are zero at the moment; absent while the project is active
 * @param limits of the whole project by resource: a quantity or {@code unlimited}; a resource that is absent is unlimited
 * @param memberLimits of each member, in the same form
 * @param members those who count, by user, each with what differs from {@code memberLimits}; nobody else is given anything. Where this is absent, everybody has {@code memberLimits}
 */
@Wire
public record QuotaSpec(
        @Size(max = 1024) @Nullable String frozen,
        @Size(max = 64) @Nullable Map<String, String> limits,
        @Size(max = 64) @Nullable Map<String, String> memberLimits,
        @Nullable Map<String, Map<String, String>> members) {

    /** What a limit is that does not limit. */
    public static final String UNLIMITED = "unlimited";

    public static final QuotaSpec NONE = new QuotaSpec(null, null, null, null);
}
