package io.nephele.crds.project;

import io.fabric8.kubernetes.api.model.Condition;
import io.nephele.crds.HasConditions;
import io.nephele.crds.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of it.
 *
 * @param state of the membership
 * @param roleArn for AWS clients, once he is a member
 */
@Wire
public record MembershipRequestStatus(
        @Nullable MembershipState state,
        @Nullable String roleArn,
        @Nullable List<Condition> conditions) implements HasConditions<MembershipRequestStatus> {

    /** Of an object of which nothing is known yet. */
    public static final MembershipRequestStatus NONE = new MembershipRequestStatus(null, null, null);

    @Override
    public MembershipRequestStatus withConditions(List<Condition> conditions) {
        return new MembershipRequestStatus(state, roleArn, conditions);
    }
}
