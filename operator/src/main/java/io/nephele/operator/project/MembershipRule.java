package io.nephele.operator.project;

import io.nephele.crds.Nephele;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.project.ProjectMembershipSpec;
import io.nephele.operator.admission.Asked;
import io.nephele.operator.admission.Fill;
import io.nephele.operator.admission.Operation;
import io.nephele.operator.admission.Rule;
import io.nephele.operator.admission.Verdict;
import io.nephele.operator.project.MembershipDecision.Proposed;
import jakarta.inject.Singleton;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A membership takes only steps that are whose they are, and its history says who took them. */
@Singleton
class MembershipRule implements Rule {

    private static final String RESOURCE = "projectmemberships";

    private final Directory directory;
    private final Authority authority;
    private final Histories histories;
    private final Limits limits;

    MembershipRule(Directory directory, Authority authority, Histories histories, Limits limits) {
        this.directory = directory;
        this.authority = authority;
        this.histories = histories;
        this.limits = limits;
    }

    @Override
    public Set<String> resources() {
        return Set.of(RESOURCE);
    }

    @Override
    public List<Fill> complete(Asked asked) {
        Project project = project(asked);
        ProjectMembership after = asked.operation() == Operation.DELETE ? null : asked.object(ProjectMembership.class);
        if (project == null || after == null || !isWhole(after)) {
            return List.of();
        }
        ProjectMembership before = asked.old() == null ? null : asked.old(ProjectMembership.class);
        return histories.complete(asked, before == null ? List.of() : before.getHistory(), (at, by) -> {
            Set<Party> parties = parties(asked, project, after);
            Proposed proposed = proposed(project, before, after, parties);
            if (proposed.isStep() && MembershipDecision.taken(proposed) == null) {
                // Whether he is one is asked when it is judged.
                parties.add(Party.ADMINISTRATOR);
            }
            return MembershipDecision.entry(proposed, at, by);
        });
    }

    @Override
    public Verdict judge(Asked asked) {
        if (asked.operation() == Operation.DELETE) {
            // RBAC gives that to administrators, and to who collects a namespace.
            return Verdict.ALLOWED;
        }
        ProjectMembership after = asked.object(ProjectMembership.class);
        ProjectMembership before = asked.old() == null ? null : asked.old(ProjectMembership.class);
        if (before != null && before.getSpec().equals(after.getSpec())) {
            return Verdict.ALLOWED;
        }
        Project project = project(asked);
        if (project == null) {
            return Verdict.forbidden("the namespace " + asked.namespace() + " belongs to no Project");
        }
        String name = ProjectMembership.nameOf(after.getSpec().user());
        if (!asked.name().equals(name)) {
            return Verdict.invalid(
                    "metadata.name: the membership of " + after.getSpec().user() + " is called " + name);
        }
        if (before == null
                || !Objects.equals(before.getSpec().limits(), after.getSpec().limits())) {
            String fault = limits.memberFault(
                    "spec.limits", after.getSpec().limits(), project.getSpec().limits());
            if (fault != null) {
                return Verdict.invalid(fault);
            }
        }
        Set<Party> parties = parties(asked, project, after);
        Verdict verdict = MembershipDecision.judge(proposed(project, before, after, parties));
        if (verdict instanceof Verdict.Denied
                && !histories.isOperator(asked)
                && authority.may(asked.user(), asked.groups(), Authority.MANAGE, RESOURCE, asked.namespace())) {
            parties.add(Party.ADMINISTRATOR);
            return MembershipDecision.judge(proposed(project, before, after, parties));
        }
        return verdict;
    }

    private @Nullable Project project(Asked asked) {
        return asked.namespace() == null ? null : directory.project(asked.namespace());
    }

    private static boolean isWhole(ProjectMembership membership) {
        ProjectMembershipSpec spec = membership.getSpec();
        return spec != null && spec.user() != null && spec.state() != null;
    }

    private Proposed proposed(
            Project project, @Nullable ProjectMembership before, ProjectMembership after, Set<Party> parties) {
        return new Proposed(
                project,
                directory.memberships(project.getMetadata().getName()),
                before == null ? null : before.getSpec(),
                after.getSpec(),
                parties);
    }

    /** As whom it is done, but for administrators: who they are has to be asked. */
    private Set<Party> parties(Asked asked, Project project, ProjectMembership membership) {
        var parties = EnumSet.noneOf(Party.class);
        if (histories.isOperatorItself(asked)) {
            parties.add(Party.OPERATOR);
        }
        String person = Nephele.person(histories.actor(asked));
        if (person != null && person.equals(membership.getSpec().user())) {
            parties.add(Party.SELF);
        }
        if (person != null && directory.isOwner(project.getMetadata().getName(), person)) {
            parties.add(Party.OWNER);
        }
        return parties;
    }
}
