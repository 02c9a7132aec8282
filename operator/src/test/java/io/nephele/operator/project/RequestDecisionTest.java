package io.nephele.operator.project;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.crds.Nephele;
import io.nephele.crds.project.MemberRole;
import io.nephele.crds.project.MembershipRequest;
import io.nephele.crds.project.MembershipRequestSpec;
import io.nephele.crds.project.MembershipRequestStatus;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RequestDecisionTest {

    private final Project moderated = Projects.project("p", spec -> spec);
    private final Project auto = Projects.project("p", spec -> Projects.with(spec, Policy.Auto, Policy.Auto, false));

    @Test
    void aProjectThatTakesNoRequestsAnswersAsOneThatIsNotThere() {
        Verdict notThere = RequestDecision.judge("p", null, null);
        assertThat(notThere).isInstanceOf(Verdict.Denied.class);
        for (Project project : List.of(
                Projects.project("p", spec -> Projects.with(spec, Policy.Closed, Policy.Auto, false)),
                Projects.project("p", spec -> Projects.with(spec, Policy.Auto, Policy.Auto, true)),
                Projects.project("p", _ -> ProjectSpec.of(null, "olivia", true)),
                Projects.project("p", spec -> Projects.in(spec, ProjectState.Terminated, null, OnSuspension.Stop)))) {
            assertThat(RequestDecision.judge("p", project, null)).isEqualTo(notThere);
        }
        assertThat(RequestDecision.judge("p", moderated, null)).isEqualTo(Verdict.ALLOWED);
    }

    @ParameterizedTest
    @EnumSource
    void whoHasAMembershipAsksForNoOther(MembershipState state) {
        boolean may = state == MembershipState.Rejected || state == MembershipState.Removed;
        assertThat(RequestDecision.judge("p", auto, bob(state, null)).equals(Verdict.ALLOWED))
                .isEqualTo(may);
    }

    @Test
    void aRequestIsPutToAnOwnerOrAcceptedAtOnceWhileThereIsRoom() {
        assertThat(decide(moderated, null, null)).isEqualTo(becomes(MembershipState.Requested));
        assertThat(decide(auto, null, null)).isEqualTo(becomes(MembershipState.Accepted));
        Project full = Projects.project(
                "p", spec -> Projects.owned(Projects.with(spec, Policy.Auto, Policy.Auto, false), "olivia", 1));
        assertThat(RequestDecision.of(
                        request(null),
                        full,
                        null,
                        List.of(Projects.member("olivia", MemberRole.Owner, MembershipState.Accepted))))
                .isEqualTo(becomes(MembershipState.Requested));
    }

    @Test
    void whoComesAgainIsAPlainMemberWhateverHeWas() {
        ProjectMembership owner = bob(MembershipState.Removed, "uid-earlier");
        owner.setSpec(new ProjectMembershipSpec(
                "bob", MemberRole.Owner, MembershipState.Removed, null, Map.of("instances", "9")));
        assertThat(decide(auto, owner, null)).isEqualTo(becomes(MembershipState.Accepted));
    }

    @Test
    void aRequestThatWasCarriedOutFollowsItsMembershipAndIsNotCarriedOutAgain() {
        for (MembershipState state : MembershipState.values()) {
            assertThat(decide(auto, bob(state, "uid-request"), null)).isEqualTo(new RequestDecision.Mirror(state));
        }
        assertThat(decide(auto, bob(MembershipState.Removed, "uid-later"), MembershipState.Removed))
                .as("another request has followed it")
                .isEqualTo(new RequestDecision.Over());
        assertThat(decide(auto, null, MembershipState.Accepted))
                .as("the membership was deleted")
                .isEqualTo(new RequestDecision.Over());
    }

    private static RequestDecision decide(
            Project project, @Nullable ProjectMembership membership, @Nullable MembershipState known) {
        return RequestDecision.of(
                request(known), project, membership, membership == null ? List.of() : List.of(membership));
    }

    private static RequestDecision becomes(MembershipState state) {
        return new RequestDecision.Write(
                new ProjectMembershipSpec("bob", MemberRole.Member, state, "I know about trees", null));
    }

    private static ProjectMembership bob(MembershipState state, @Nullable String request) {
        ProjectMembership membership = Projects.member("bob", MemberRole.Member, state);
        if (request != null) {
            membership.getMetadata().setAnnotations(Map.of(Nephele.ANNOTATION_MEMBERSHIP_REQUEST, request));
        }
        return membership;
    }

    private static MembershipRequest request(@Nullable MembershipState known) {
        var request = new MembershipRequest();
        request.setMetadata(
                new ObjectMetaBuilder().withName("r").withUid("uid-request").build());
        request.setSpec(new MembershipRequestSpec("p", "bob", "I know about trees"));
        if (known != null) {
            request.setStatus(new MembershipRequestStatus(known, null, null));
        }
        return request;
    }
}
