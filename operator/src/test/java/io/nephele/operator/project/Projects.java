package io.nephele.operator.project;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.crds.project.MemberRole;
import io.nephele.crds.project.MembershipState;
import io.nephele.crds.project.OnSuspension;
import io.nephele.crds.project.Policy;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.project.ProjectMembershipSpec;
import io.nephele.crds.project.ProjectSpec;
import io.nephele.crds.project.ProjectState;
import io.nephele.operator.admission.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Projects and members, for tests. */
final class Projects {

    private Projects() {}

    static Project project(String name, UnaryOperator<ProjectSpec> change) {
        var project = new Project();
        project.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withUid("uid-" + name)
                .withGeneration(1L)
                .build());
        project.setSpec(change.apply(ProjectSpec.of(null, null, false)));
        return project;
    }

    static ProjectSpec with(ProjectSpec s, Policy join, Policy leave, boolean closed) {
        return new ProjectSpec(
                s.displayName(),
                s.accountId(),
                s.description(),
                s.owner(),
                s.personal(),
                s.state(),
                s.reason(),
                s.endDate(),
                s.limits(),
                s.memberLimits(),
                join,
                leave,
                s.maxMembers(),
                closed,
                s.onSuspension(),
                s.retention());
    }

    static ProjectSpec owned(ProjectSpec s, @Nullable String owner, @Nullable Integer maxMembers) {
        return new ProjectSpec(
                s.displayName(),
                s.accountId(),
                s.description(),
                owner,
                s.personal(),
                s.state(),
                s.reason(),
                s.endDate(),
                s.limits(),
                s.memberLimits(),
                s.joinPolicy(),
                s.leavePolicy(),
                maxMembers,
                s.closedToStrangers(),
                s.onSuspension(),
                s.retention());
    }

    static ProjectSpec in(ProjectSpec s, ProjectState state, @Nullable String endDate, OnSuspension onSuspension) {
        return new ProjectSpec(
                s.displayName(),
                s.accountId(),
                s.description(),
                s.owner(),
                s.personal(),
                state,
                "because",
                endDate,
                s.limits(),
                s.memberLimits(),
                s.joinPolicy(),
                s.leavePolicy(),
                s.maxMembers(),
                s.closedToStrangers(),
                onSuspension,
                s.retention());
    }

    static ProjectMembership member(String user, MemberRole role, MembershipState state) {
        return member(user, role, state, null);
    }

    static ProjectMembership member(
            String user, MemberRole role, MembershipState state, @Nullable Map<String, String> limits) {
        var membership = new ProjectMembership();
        membership.setMetadata(new ObjectMetaBuilder()
                .withName(ProjectMembership.nameOf(user))
                .withNamespace("p")
                .withUid("uid-" + user)
                .build());
        membership.setSpec(new ProjectMembershipSpec(user, role, state, null, limits));
        return membership;
    }

    /** What is said to a step of bob's. */
    static Verdict judge(Project project, MembershipState from, MembershipState to, Set<Party> who) {
        return MembershipDecision.judge(new MembershipDecision.Proposed(
                project,
                List.of(),
                new ProjectMembershipSpec("bob", MemberRole.Member, from, null, null),
                new ProjectMembershipSpec("bob", MemberRole.Member, to, null, null),
                who));
    }
}
