package io.nephele.crds.project;

import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.nephele.crds.Wire;
import org.jspecify.annotations.Nullable;

/**
 * Which project, and why.
 *
 * @param project the name of the Project
 * @param user who asks; set at admission
 * @param reason for those who decide
 */
@Wire
@ValidationRule(value = "self == oldSelf", message = "a request says what it said: make another MembershipRequest")
public record MembershipRequestSpec(
        @Required @Size(min = 1, max = 63) String project,
        @Size(min = 1, max = 128) @Nullable String user,
        @Size(max = 1024) @Nullable String reason) {}
