package io.nephele.apiserver.auth;

import io.nephele.apiserver.kube.Cluster;
import io.nephele.crds.project.MembershipState;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.project.ProjectState;
import jakarta.inject.Singleton;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Who is a member of what at this moment: without that neither a key nor a session nor a sign of the identity provider opens anything. */
@Singleton
public class Members {

    private final Cluster cluster;

    public Members(Cluster cluster) {
        this.cluster = cluster;
    }

    /** A project that a user may act in, and as what. */
    public record Member(Project project, ProjectMembership membership) {

        /** Whether he was put out, or left, after that second, though he is back: what he was given before is over. */
        boolean wasOutSince(long epochSecond) {
            return membership.getHistory().stream()
                    .filter(entry -> MembershipState.Removed.name().equals(entry.to()) && entry.at() != null)
                    .anyMatch(entry -> Instant.parse(entry.at()).getEpochSecond() > epochSecond);
        }
    }

    /** The user in the project, or null if there is no such project, if it is over, or if he is not in it. */
    public @Nullable Member find(String projectName, String user) {
        Project project = cluster.project(projectName);
        ProjectMembership membership = cluster.membership(projectName, user);
        return project == null
                        || membership == null
                        || project.getSpec().stateOrDefault() == ProjectState.Terminated
                        || !counts(membership, user)
                ? null
                : new Member(project, membership);
    }

    /** The state in force decides; but whoever was put out is out before the operator has taken his rights away. */
    private static boolean counts(ProjectMembership membership, String user) {
        MembershipState said = membership.getSpec().state();
        MembershipState inForce =
                membership.getStatus() == null || membership.getStatus().state() == null
                        ? said
                        : membership.getStatus().state();
        return membership.getSpec().user().equals(user)
                && membership.getMetadata().getDeletionTimestamp() == null
                && said.counts()
                && inForce.counts();
    }
}
