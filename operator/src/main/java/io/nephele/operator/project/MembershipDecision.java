package io.nephele.operator.project;

import io.nephele.crds.project.HistoryEntry;
import io.nephele.crds.project.MemberRole;
import io.nephele.crds.project.MembershipState;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.project.ProjectMembershipSpec;
import io.nephele.crds.project.ProjectSpec;
import io.nephele.crds.project.ProjectState;
import io.nephele.operator.admission.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether a membership may become what somebody wants it to be. */
final class MembershipDecision {

    /**
     * What is looked at.
     *
     * @param project that the membership is in
     * @param others the memberships of that project, this one may be among them
     * @param before null for a new one
     * @param who as whom it is done
     */
    record Proposed(
            Project project,
            List<ProjectMembership> others,
            @Nullable ProjectMembershipSpec before,
            ProjectMembershipSpec after,
            Set<Party> who) {

        MembershipState from() {
            return before == null ? MembershipState.Removed : before.state();
        }

        boolean isStep() {
            return before == null || before.state() != after.state();
        }

        boolean isNamedOwner() {
            return after.user().equals(project.getSpec().owner());
        }

        private List<ProjectMembershipSpec> everybodyElse() {
            return others.stream()
                    .map(ProjectMembership::getSpec)
                    .filter(other -> !other.user().equals(after.user()))
                    .toList();
        }
    }

    private MembershipDecision() {}

    static Verdict judge(Proposed proposed) {
        @Nullable Step step = null;
        if (proposed.isStep()) {
            List<Step> steps = Step.between(proposed.from(), proposed.after().state());
            step = taken(proposed);
            if (step == null) {
                return refusal(proposed, steps);
            }
        }
        Verdict.Denied denied = terms(proposed, step);
        denied = denied == null ? ownerless(proposed) : denied;
        denied = denied == null ? unwelcome(proposed) : denied;
        return denied == null ? Verdict.ALLOWED : denied;
    }

    /** The step that it is, or null where nobody it is done as may take one. */
    static @Nullable Step taken(Proposed proposed) {
        return Step.between(proposed.from(), proposed.after().state()).stream()
                .filter(step -> step.isOf(proposed.who())
                        && step.isLetBy(proposed.project().getSpec()))
                .findFirst()
                .orElse(null);
    }

    private static Verdict refusal(Proposed proposed, List<Step> steps) {
        MembershipState to = proposed.after().state();
        if (steps.isEmpty()) {
            return Verdict.conflict(
                    proposed.before() == null
                            ? "a membership does not begin as " + to + ": an owner begins it as Invited"
                            : "a membership that is " + proposed.from() + " does not become " + to + ": next can come "
                                    + Step.after(proposed.from()));
        }
        return steps.stream()
                .filter(step -> step.isOf(proposed.who()))
                .findFirst()
                .map(step -> Verdict.forbidden(step.otherwise()))
                .orElseGet(() -> Verdict.forbidden("this is for "
                        + steps.stream()
                                .flatMap(step -> step.parties().stream())
                                .sorted()
                                .map(MembershipDecision::name)
                                .distinct()
                                .collect(Collectors.joining(" or "))
                        + " to do"));
    }

    private static String name(Party party) {
        return switch (party) {
            case SELF -> "the user himself";
            case OWNER -> "an owner of the project";
            case ADMINISTRATOR, OPERATOR -> "an administrator";
        };
    }

    /** Role and limits are the owners' to say. */
    private static Verdict.@Nullable Denied terms(Proposed proposed, @Nullable Step step) {
        ProjectMembershipSpec before = proposed.before();
        ProjectMembershipSpec after = proposed.after();
        if (step != null && step.isStrangers()) {
            return after.roleOrDefault() == MemberRole.Member && isNone(after)
                    ? null
                    : Verdict.forbidden("who comes by himself comes as a Member, with the limits that all have");
        }
        boolean sameRole = before == null
                ? after.roleOrDefault() == MemberRole.Member
                : before.roleOrDefault() == after.roleOrDefault();
        boolean sameLimits = before == null ? isNone(after) : Objects.equals(before.limits(), after.limits());
        boolean may = proposed.who().stream().anyMatch(party -> party != Party.SELF);
        return may || (sameRole && sameLimits)
                ? null
                : Verdict.forbidden("the role and the limits of a member are for an owner of the project to say");
    }

    private static boolean isNone(ProjectMembershipSpec spec) {
        return spec.limits() == null || spec.limits().isEmpty();
    }

    /** A project is never left without somebody who answers for it. An administrator may suspend him all the same. */
    private static Verdict.@Nullable Denied ownerless(Proposed proposed) {
        ProjectMembershipSpec before = proposed.before();
        ProjectMembershipSpec after = proposed.after();
        if (before == null
                || !before.state().counts()
                || before.roleOrDefault() != MemberRole.Owner
                || after.state() == MembershipState.Suspended
                || (after.state().counts()
                        && after.state() != MembershipState.LeaveRequested
                        && after.roleOrDefault() == MemberRole.Owner)) {
            return null;
        }
        if (proposed.isNamedOwner()) {
            return Verdict.conflict(after.user()
                    + " answers for the project: an administrator has to name another owner in the Project first");
        }
        boolean another = proposed.everybodyElse().stream()
                .anyMatch(other -> other.state().counts() && other.roleOrDefault() == MemberRole.Owner);
        return another
                ? null
                : Verdict.conflict(after.user() + " is the last owner of the project: make somebody else one first");
    }

    /** Nobody comes where there is no place, or where nobody is to come. */
    private static Verdict.@Nullable Denied unwelcome(Proposed proposed) {
        MembershipState to = proposed.after().state();
        boolean coming = proposed.isStep()
                && !proposed.from().takesPlace()
                && (to.takesPlace() || to == MembershipState.Requested || to == MembershipState.Invited);
        if (!coming || proposed.isNamedOwner()) {
            return null;
        }
        ProjectSpec project = proposed.project().getSpec();
        if (project.isPersonal()) {
            return Verdict.forbidden("a personal project has one member and no more");
        }
        if (project.stateOrDefault() == ProjectState.Terminated) {
            return Verdict.conflict("the project is terminated: nobody joins it any more");
        }
        return to.takesPlace() && !hasRoom(project, proposed.everybodyElse())
                ? Verdict.conflict("the project is full: it has " + project.places()
                        + " places for members, and each is taken. Remove somebody, or apply for more (maxMembers)")
                : null;
    }

    /** Whether there is a place for one more beside {@code members}. */
    static boolean hasRoom(ProjectSpec project, List<ProjectMembershipSpec> members) {
        Integer places = project.places();
        return places == null
                || members.stream()
                                .filter(member -> member.state().takesPlace())
                                .count()
                        < places;
    }

    /** What goes down in the history, or null if nothing does. */
    static @Nullable HistoryEntry entry(Proposed proposed, String at, String by) {
        ProjectMembershipSpec before = proposed.before();
        ProjectMembershipSpec after = proposed.after();
        if (proposed.isStep()) {
            Step step = taken(proposed);
            return new HistoryEntry(
                    at,
                    by,
                    step == null ? after.state().name() : step.name(),
                    before == null ? null : before.state().name(),
                    after.state().name(),
                    after.reason());
        }
        if (before != null && before.roleOrDefault() != after.roleOrDefault()) {
            return new HistoryEntry(
                    at,
                    by,
                    "ChangeRole",
                    before.roleOrDefault().name(),
                    after.roleOrDefault().name(),
                    after.reason());
        }
        return before != null && !Objects.equals(before.limits(), after.limits())
                ? new HistoryEntry(at, by, "ChangeLimits", text(before.limits()), text(after.limits()), after.reason())
                : null;
    }

    private static @Nullable String text(@Nullable Object limits) {
        return limits == null ? null : limits.toString().toLowerCase(Locale.ROOT);
    }
}
