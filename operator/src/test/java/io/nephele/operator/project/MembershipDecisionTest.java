package io.nephele.operator.project;

import static io.nephele.crds.project.MemberRole.Member;
import static io.nephele.crds.project.MemberRole.Owner;
import static io.nephele.crds.project.MemberRole.Viewer;
import static io.nephele.crds.project.MembershipState.Accepted;
import static io.nephele.crds.project.MembershipState.Invited;
import static io.nephele.crds.project.MembershipState.LeaveRequested;
import static io.nephele.crds.project.MembershipState.Removed;
import static io.nephele.crds.project.MembershipState.Requested;
import static io.nephele.crds.project.MembershipState.Suspended;
import static org.assertj.core.api.Assertions.assertThat;

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
import io.nephele.operator.project.MembershipDecision.Proposed;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MembershipDecisionTest {

    private static final Set<Party> OWNER = Set.of(Party.OWNER);

    private final ProjectMembership olivia = Projects.member("olivia", Owner, Accepted);
    private final Project full = Projects.project("p", spec -> Projects.owned(spec, "olivia", 2));
    private final Project ownerless = Projects.project("p", spec -> Projects.owned(spec, null, null));

    @Test
    void nobodyIsAcceptedWhenAllPlacesAreTaken() {
        assertThat(judge(full, List.of(olivia, Projects.member("carol", Member, Accepted)), Requested, Accepted))
                .isEqualTo(
                        Verdict.conflict(
                                "the project is full: it has 2 places for members, and each is taken. Remove somebody, or apply for more (maxMembers)"));
        assertThat(judge(full, List.of(olivia, Projects.member("carol", Member, Suspended)), Requested, Accepted))
                .as("who is suspended keeps his place")
                .isInstanceOf(Verdict.Denied.class);
        assertThat(judge(full, List.of(olivia, Projects.member("carol", Member, Removed)), Requested, Accepted))
                .isEqualTo(Verdict.ALLOWED);
        assertThat(judge(full, List.of(olivia, Projects.member("bob", Member, Requested)), Requested, Accepted))
                .as("he himself does not stand in his own way")
                .isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void whoHasAPlaceKeepsItInAFullProject() {
        var others = List.of(olivia, Projects.member("carol", Member, Accepted));
        assertThat(judge(full, others, LeaveRequested, Accepted)).isEqualTo(Verdict.ALLOWED);
        assertThat(MembershipDecision.judge(proposed(
                        full, others, of(Member, Suspended), of(Member, Accepted), Set.of(Party.ADMINISTRATOR))))
                .isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void aFullProjectTakesRequestsAndInvites() {
        var others = List.of(olivia, Projects.member("carol", Member, Accepted));
        assertThat(judge(full, others, Removed, Invited)).isEqualTo(Verdict.ALLOWED);
        assertThat(MembershipDecision.judge(proposed(full, others, null, of(Member, Requested), Set.of(Party.SELF))))
                .isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void theOwnerOfAProjectHasAPlaceInItHoweverManyThereAre() {
        Project none = Projects.project("p", spec -> Projects.owned(spec, "bob", 0));
        assertThat(MembershipDecision.judge(
                        proposed(none, List.of(), null, of(Owner, Accepted), Set.of(Party.OPERATOR))))
                .isEqualTo(Verdict.ALLOWED);
    }

    @ParameterizedTest
    @EnumSource(names = {"Removed", "LeaveRequested"})
    void theLastOwnerDoesNotGo(MembershipState to) {
        Project project = Projects.project(
                "p", spec -> Projects.with(spec, Policy.Auto, to == Removed ? Policy.Auto : Policy.Moderated, false));
        var alone = List.of(Projects.member("bob", Owner, Accepted), Projects.member("carol", Member, Accepted));
        var who = Set.of(Party.SELF, Party.OWNER, Party.ADMINISTRATOR);
        assertThat(MembershipDecision.judge(proposed(project, alone, of(Owner, Accepted), of(Owner, to), who)))
                .isEqualTo(Verdict.conflict("bob is the last owner of the project: make somebody else one first"));
        assertThat(MembershipDecision.judge(
                        proposed(project, List.of(olivia, alone.getFirst()), of(Owner, Accepted), of(Owner, to), who)))
                .isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void theLastOwnerDoesNotBecomeAMember() {
        assertThat(MembershipDecision.judge(
                        proposed(ownerless, List.of(), of(Owner, Accepted), of(Member, Accepted), OWNER)))
                .isInstanceOf(Verdict.Denied.class);
        assertThat(MembershipDecision.judge(
                        proposed(ownerless, List.of(olivia), of(Owner, Accepted), of(Member, Accepted), OWNER)))
                .isEqualTo(Verdict.ALLOWED);
        assertThat(MembershipDecision.judge(proposed(
                        ownerless,
                        List.of(Projects.member("olivia", Owner, Suspended)),
                        of(Owner, Accepted),
                        of(Member, Accepted),
                        OWNER)))
                .as("an owner who is suspended answers for nothing")
                .isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void whoTheProjectNamesAsOwnerStaysOneThoughThereAreOthers() {
        Project project = Projects.project("p", spec -> Projects.owned(spec, "bob", null));
        assertThat(MembershipDecision.judge(
                        proposed(project, List.of(olivia), of(Owner, Accepted), of(Owner, Removed), OWNER)))
                .isEqualTo(
                        Verdict.conflict(
                                "bob answers for the project: an administrator has to name another owner in the Project first"));
        assertThat(MembershipDecision.judge(proposed(
                        project, List.of(), of(Owner, Accepted), of(Owner, Suspended), Set.of(Party.ADMINISTRATOR))))
                .as("an administrator may suspend him")
                .isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void anOwnerSaysWhatRoleAndLimitsAMemberHasAndTheMemberDoesNot() {
        ProjectMembershipSpec viewer = of(Viewer, Accepted);
        var limited = new ProjectMembershipSpec("bob", Member, Accepted, null, Map.of("instances", "1"));
        for (ProjectMembershipSpec after : List.of(viewer, limited, of(Owner, Accepted))) {
            assertThat(MembershipDecision.judge(
                            proposed(ownerless, List.of(olivia), of(Member, Accepted), after, OWNER)))
                    .isEqualTo(Verdict.ALLOWED);
            assertThat(MembershipDecision.judge(
                            proposed(ownerless, List.of(olivia), of(Member, Accepted), after, Set.of(Party.SELF))))
                    .isInstanceOf(Verdict.Denied.class);
        }
        assertThat(MembershipDecision.judge(proposed(
                        ownerless, List.of(olivia), of(Member, Invited), of(Owner, Accepted), Set.of(Party.SELF))))
                .as("who accepts an invitation accepts it as it is")
                .isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void whoWasAnOwnerAndComesAgainByHimselfComesAsAMember() {
        Project open = Projects.project("p", spec -> Projects.with(spec, Policy.Auto, Policy.Auto, false));
        assertThat(MembershipDecision.judge(
                        proposed(open, List.of(olivia), of(Owner, Removed), of(Owner, Accepted), Set.of(Party.SELF))))
                .isInstanceOf(Verdict.Denied.class);
        assertThat(MembershipDecision.judge(
                        proposed(open, List.of(olivia), of(Owner, Removed), of(Member, Accepted), Set.of(Party.SELF))))
                .isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void nobodyJoinsAProjectThatIsOverAndWhoIsInMayGo() {
        Project over = Projects.project(
                "p", spec -> Projects.in(spec, ProjectState.Terminated, null, OnSuspension.KeepRunning));
        assertThat(judge(over, List.of(olivia), Requested, Accepted)).isInstanceOf(Verdict.Denied.class);
        assertThat(judge(over, List.of(olivia), Removed, Invited)).isInstanceOf(Verdict.Denied.class);
        assertThat(judge(over, List.of(olivia), Accepted, Removed)).isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void aPersonalProjectHasOneMember() {
        Project personal = Projects.project("p", _ -> ProjectSpec.of(null, "olivia", true));
        assertThat(judge(personal, List.of(olivia), Removed, Invited)).isInstanceOf(Verdict.Denied.class);
        assertThat(MembershipDecision.judge(
                        proposed(personal, List.of(olivia), null, of(Member, Accepted), Set.of(Party.ADMINISTRATOR))))
                .isInstanceOf(Verdict.Denied.class);
    }

    private static Verdict judge(
            Project project, List<ProjectMembership> others, MembershipState from, MembershipState to) {
        return MembershipDecision.judge(proposed(project, others, of(Member, from), of(Member, to), OWNER));
    }

    private static ProjectMembershipSpec of(MemberRole role, MembershipState state) {
        return new ProjectMembershipSpec("bob", role, state, null, null);
    }

    private static Proposed proposed(
            Project project,
            List<ProjectMembership> others,
            @Nullable ProjectMembershipSpec before,
            ProjectMembershipSpec after,
            Set<Party> who) {
        return new Proposed(project, others, before, after, who);
    }
}
