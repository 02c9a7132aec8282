package io.nephele.operator.project;

import io.nephele.crds.Nephele;
import io.nephele.crds.project.MemberRole;
import io.nephele.crds.project.MembershipRequest;
import io.nephele.crds.project.MembershipState;
import io.nephele.crds.project.Policy;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.project.ProjectMembershipSpec;
import io.nephele.crds.project.ProjectState;
import io.nephele.operator.admission.Verdict;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What comes of a request to join. */
sealed interface RequestDecision {

    /** Nothing can. */
    record Refuse(String message) implements RequestDecision {}

    /** The membership is to become this. */
    record Write(ProjectMembershipSpec membership) implements RequestDecision {}

    /** It stands as the membership does. */
    record Mirror(MembershipState state) implements RequestDecision {}

    /** It is over: what is said of it stays. */
    record Over() implements RequestDecision {}

    /** Whether a user may ask now. Of a project that takes no requests he learns as much as of one that is not there. */
    static Verdict judge(String project, @Nullable Project found, @Nullable ProjectMembership membership) {
        MembershipState state = membership == null
                ? MembershipState.Removed
                : membership.getSpec().state();
        return switch (state) {
            case Requested -> Verdict.conflict("you have asked to join " + project + " already");
            case Invited ->
                Verdict.conflict("you are invited to %s: accept it with spec.state: Accepted in %s"
                        .formatted(project, where(membership)));
            case Accepted, LeaveRequested -> Verdict.conflict("you are a member of " + project + " already");
            case Suspended -> Verdict.conflict("your membership in " + project + " is suspended: ask an administrator");
            case Rejected, Removed -> isOpen(found) ? Verdict.ALLOWED : Verdict.forbidden(refusal(project));
        };
    }

    private static String where(@Nullable ProjectMembership membership) {
        return membership == null
                ? ""
                : "projectmembership " + membership.getMetadata().getName() + " of namespace "
                        + membership.getMetadata().getNamespace();
    }

    private static String refusal(String project) {
        return "there is no project " + project + " that you can ask to join; an owner can invite you";
    }

    private static boolean isOpen(@Nullable Project project) {
        return project != null
                && project.getSpec().stateOrDefault() != ProjectState.Terminated
                && !project.getSpec().isPersonal()
                && !project.getSpec().isClosedToStrangers()
                && project.getSpec().joinPolicyOrDefault() != Policy.Closed;
    }

    /**
     * Decides.
     *
     * @param members all memberships of the project, that of the user among them
     */
    static RequestDecision of(
            MembershipRequest request,
            @Nullable Project project,
            @Nullable ProjectMembership membership,
            List<ProjectMembership> members) {
        String user = request.getSpec().user();
        if (user == null) {
            return new Refuse("spec.user is missing: admission sets it");
        }
        if (membership != null && isOf(membership, request)) {
            return new Mirror(membership.getSpec().state());
        }
        if (request.getStatus() != null && request.getStatus().state() != null) {
            return new Over();
        }
        Verdict verdict = judge(request.getSpec().project(), project, membership);
        if (verdict instanceof Verdict.Denied denied) {
            return new Refuse(denied.message());
        }
        boolean now = project != null
                && project.getSpec().joinPolicyOrDefault() == Policy.Auto
                && MembershipDecision.hasRoom(
                        project.getSpec(),
                        members.stream().map(ProjectMembership::getSpec).toList());
        return new Write(new ProjectMembershipSpec(
                user,
                MemberRole.Member,
                now ? MembershipState.Accepted : MembershipState.Requested,
                request.getSpec().reason(),
                null));
    }

    /** Whether a membership came from a request. */
    static boolean isOf(ProjectMembership membership, MembershipRequest request) {
        return request.getMetadata().getUid().equals(requestOf(membership));
    }

    /** The UID of the request that a membership came from. */
    static @Nullable String requestOf(ProjectMembership membership) {
        Map<String, String> annotations = membership.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(Nephele.ANNOTATION_MEMBERSHIP_REQUEST);
    }
}
