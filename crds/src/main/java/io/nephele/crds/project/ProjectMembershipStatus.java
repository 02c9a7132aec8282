package io.nephele.crds.project;

import io.fabric8.kubernetes.api.model.Condition;
import io.nephele.crds.HasConditions;
import io.nephele.crds.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of it.
 *
 * @param state the state that is in force, with rights and limits as it says
 */
@Wire
public record ProjectMembershipStatus(
        @Nullable MembershipState state, @Nullable List<Condition> conditions)
        implements HasConditions<ProjectMembershipStatus> {

    /** Of an object of which nothing is known yet. */
    public static final ProjectMembershipStatus NONE = new ProjectMembershipStatus(null, null);

    @Override
    public ProjectMembershipStatus withConditions(List<Condition> conditions) {
        return new ProjectMembershipStatus(state, conditions);
    }
}
