package io.nephele.crds.project;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.nephele.crds.Wire;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a user stands to the project, as was said by him, an owner or an administrator. Admission refuses a step that is not theirs.
 *
 * @param user as the identity provider names him, without prefix
 * @param role what he may do
 * @param state the step that was taken last
 * @param reason why
 * @param limits of this member, where they differ from the project's {@code memberLimits}
 */
@Wire
@ValidationRule(
        value = "self.user == oldSelf.user",
        fieldPath = ".user",
        message = "a membership is of one user for good: make another ProjectMembership")
public record ProjectMembershipSpec(
        @Required @Size(min = 1, max = 128) String user,
        @Default("Member") @Nullable MemberRole role,
        @Required MembershipState state,
        @Size(max = 1024) @Nullable String reason,
        @Size(max = 64) @Nullable Map<String, String> limits) {

    public MemberRole roleOrDefault() {
        return role == null ? MemberRole.Member : role;
    }
}
