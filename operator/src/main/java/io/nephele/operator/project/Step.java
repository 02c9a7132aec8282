package io.nephele.operator.project;

import static io.nephele.crds.project.MembershipState.Accepted;
import static io.nephele.crds.project.MembershipState.Invited;
import static io.nephele.crds.project.MembershipState.LeaveRequested;
import static io.nephele.crds.project.MembershipState.Rejected;
import static io.nephele.crds.project.MembershipState.Removed;
import static io.nephele.crds.project.MembershipState.Requested;
import static io.nephele.crds.project.MembershipState.Suspended;
import static io.nephele.operator.project.Party.ADMINISTRATOR;
import static io.nephele.operator.project.Party.OPERATOR;
import static io.nephele.operator.project.Party.OWNER;
import static io.nephele.operator.project.Party.SELF;

import io.nephele.crds.project.MembershipState;
import io.nephele.crds.project.Policy;
import io.nephele.crds.project.ProjectSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Every step that a membership can take, and who may take it: the one place where that is said. A user of whom nothing is known yet stands as one who was removed.
 *
 * <p>A suspended member has no step of his own: one that led out of the suspension, even by leaving and coming again, would undo it.
 */
@SuppressWarnings("ImmutableEnumChecker") // the sets are those of Set.of
enum Step {
    Request(outside(), Requested, Set.of(SELF), Step::isOpen, "the project takes no requests"),
    Join(
            outside(),
            Accepted,
            Set.of(SELF),
            p -> isOpen(p) && p.joinPolicyOrDefault() == Policy.Auto,
            "who joins has to be accepted"),
    Enroll(Set.of(Rejected, Removed, Invited), Accepted, Set.of(ADMINISTRATOR, OPERATOR)),
    Invite(outside(), Invited, Set.of(OWNER, ADMINISTRATOR)),
    Accept(Set.of(Requested), Accepted, Set.of(OWNER, ADMINISTRATOR, OPERATOR)),
    Reject(Set.of(Requested), Rejected, Set.of(OWNER, ADMINISTRATOR)),
    Withdraw(Set.of(Requested), Removed, Set.of(SELF)),
    AcceptInvitation(Set.of(Invited), Accepted, Set.of(SELF)),
    DeclineInvitation(Set.of(Invited), Rejected, Set.of(SELF)),
    RevokeInvitation(Set.of(Invited), Removed, Set.of(OWNER, ADMINISTRATOR)),
    Leave(
            Set.of(Accepted, LeaveRequested),
            Removed,
            Set.of(SELF),
            p -> p.leavePolicyOrDefault() == Policy.Auto,
            "ask to leave with spec.state: LeaveRequested, or ask an owner to remove you"),
    AskToLeave(
            Set.of(Accepted),
            LeaveRequested,
            Set.of(SELF),
            p -> p.leavePolicyOrDefault() == Policy.Moderated,
            "the leavePolicy is not Moderated: with Auto, leave with spec.state: Removed; with Closed, ask an owner to remove you"),
    Stay(Set.of(LeaveRequested), Accepted, Set.of(SELF)),
    ApproveLeave(Set.of(LeaveRequested), Removed, Set.of(OWNER, ADMINISTRATOR)),
    DenyLeave(Set.of(LeaveRequested), Accepted, Set.of(OWNER, ADMINISTRATOR)),
    Remove(Set.of(Accepted), Removed, Set.of(OWNER, ADMINISTRATOR)),
    RemoveSuspended(Set.of(Suspended), Removed, Set.of(ADMINISTRATOR)),
    Suspend(Set.of(Accepted, LeaveRequested), Suspended, Set.of(ADMINISTRATOR)),
    Unsuspend(Set.of(Suspended), Accepted, Set.of(ADMINISTRATOR));

    private final Set<MembershipState> from;
    private final MembershipState to;
    private final Set<Party> parties;
    private final Predicate<ProjectSpec> policy;
    private final String otherwise;

    Step(Set<MembershipState> from, MembershipState to, Set<Party> parties) {
        this(from, to, parties, _ -> true, "");
    }

    Step(
            Set<MembershipState> from,
            MembershipState to,
            Set<Party> parties,
            Predicate<ProjectSpec> policy,
            String otherwise) {
        this.from = from;
        this.to = to;
        this.parties = parties;
        this.policy = policy;
        this.otherwise = otherwise;
    }

    private static Set<MembershipState> outside() {
        return Set.of(Rejected, Removed);
    }

    private static boolean isOpen(ProjectSpec project) {
        return project.joinPolicyOrDefault() != Policy.Closed && !project.isClosedToStrangers();
    }

    /** The steps between two states. */
    static List<Step> between(MembershipState from, MembershipState to) {
        return Arrays.stream(values())
                .filter(step -> step.to == to && step.from.contains(from))
                .toList();
    }

    /** The states that can come next. */
    static List<MembershipState> after(MembershipState from) {
        return Arrays.stream(values())
                .filter(step -> step.from.contains(from))
                .map(step -> step.to)
                .distinct()
                .sorted()
                .toList();
    }

    MembershipState to() {
        return to;
    }

    /** Whether one of {@code who} may take it at all. */
    boolean isOf(Set<Party> who) {
        return parties.stream().anyMatch(who::contains);
    }

    /** Who may, for messages. */
    Set<Party> parties() {
        return parties;
    }

    /** Whether the project's policies let it happen. */
    boolean isLetBy(ProjectSpec project) {
        return policy.test(project);
    }

    /** What to do where the policies do not let it happen. */
    String otherwise() {
        return otherwise;
    }

    /** Whether it is a stranger's step: he comes as a plain member, whatever he was before. */
    boolean isStrangers() {
        return this == Request || this == Join;
    }
}
