package io.nephele.operator.project;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.crds.Nephele;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.project.ProjectMembershipSpec;
import io.nephele.operator.Writes;
import jakarta.inject.Singleton;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/** How the operator writes memberships: over the version that was looked at, so that a step that somebody else takes at the same moment is not undone. */
@Singleton
class Memberships {

    private final Writes writes;
    private final Directory directory;

    Memberships(Writes writes, Directory directory) {
        this.writes = writes;
        this.directory = directory;
    }

    /**
     * Makes a membership, or has it take a step.
     *
     * @param actingFor the Kubernetes user whose step it is; null for the operator's own
     * @param request UID of the MembershipRequest that it comes from
     */
    void write(String project, ProjectMembershipSpec wanted, @Nullable String actingFor, @Nullable String request) {
        ProjectMembership present = directory.membership(project, wanted.user());
        ObjectMeta metadata = present == null
                ? new ObjectMetaBuilder()
                        .withName(ProjectMembership.nameOf(wanted.user()))
                        .withNamespace(project)
                        .build()
                : new ObjectMetaBuilder(present.getMetadata()).build();
        var annotations = new HashMap<String, String>();
        if (metadata.getAnnotations() != null) {
            annotations.putAll(metadata.getAnnotations());
        }
        annotations.remove(Nephele.ANNOTATION_ACTING_FOR);
        if (actingFor != null) {
            annotations.put(Nephele.ANNOTATION_ACTING_FOR, actingFor);
        }
        if (request != null) {
            annotations.put(Nephele.ANNOTATION_MEMBERSHIP_REQUEST, request);
        }
        metadata.setAnnotations(annotations);
        var membership = new ProjectMembership();
        membership.setMetadata(metadata);
        membership.setSpec(wanted);
        if (present == null) {
            writes.client().resource(membership).create();
        } else {
            membership.setHistory(present.getHistory());
            writes.client().resource(membership).update();
        }
    }
}
