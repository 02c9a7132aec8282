package io.nephele.operator.project;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.nephele.crds.project.MemberRole;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectApplication;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.quota.Quota;
import jakarta.inject.Singleton;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of projects and their members, from the caches of the reconcilers. Every replica has it, whether it acts or waits. */
@Singleton
public class Directory {

    static final String BY_PROJECT = "project";

    private volatile @Nullable IndexerResourceCache<Project> projects;
    private volatile @Nullable IndexerResourceCache<ProjectMembership> memberships;
    private volatile @Nullable IndexerResourceCache<Quota> quotas;
    private volatile @Nullable IndexerResourceCache<ProjectApplication> applications;

    /** Says where Projects are found, with what belongs to each; memberships by their namespace in an index {@link #BY_PROJECT}. */
    void projects(
            IndexerResourceCache<Project> cache,
            IndexerResourceCache<ProjectMembership> ofMemberships,
            IndexerResourceCache<Quota> ofQuotas) {
        projects = cache;
        memberships = ofMemberships;
        quotas = ofQuotas;
    }

    /** Says where applications are found; by the project in an index {@link #BY_PROJECT}. */
    void applications(IndexerResourceCache<ProjectApplication> cache) {
        applications = cache;
    }

    /** A project by its name. */
    @Nullable Project project(String name) {
        return filled(projects).get(new ResourceID(name)).orElse(null);
    }

    /** All memberships in a project, whatever their state. */
    List<ProjectMembership> memberships(String project) {
        return filled(memberships).byIndex(BY_PROJECT, project);
    }

    /** The membership of a user. */
    @Nullable ProjectMembership membership(String project, String user) {
        return filled(memberships)
                .get(new ResourceID(ProjectMembership.nameOf(user), project))
                .filter(membership -> membership.getSpec().user().equals(user))
                .orElse(null);
    }

    /** Whether a membership has the effect that it is to have. The Quota is what the Project's reconciler writes last, after the rights. */
    boolean isInForce(ProjectMembership membership) {
        boolean has = filled(quotas)
                .get(new ResourceID(Quota.NAME, membership.getMetadata().getNamespace()))
                .map(quota -> quota.getSpec() == null ? null : quota.getSpec().members())
                .filter(members -> members.containsKey(membership.getSpec().user()))
                .isPresent();
        return has == membership.getSpec().state().counts();
    }

    /** Whether a user may act in a project and has a quota in it. */
    boolean isMember(String project, String user) {
        ProjectMembership membership = membership(project, user);
        return membership != null && membership.getSpec().state().counts();
    }

    /** Whether he is an owner of it. */
    boolean isOwner(String project, String user) {
        ProjectMembership membership = membership(project, user);
        return membership != null
                && membership.getSpec().state().counts()
                && membership.getSpec().roleOrDefault() == MemberRole.Owner;
    }

    /** All applications for a project. */
    List<ProjectApplication> applications(String project) {
        return filled(applications).byIndex(BY_PROJECT, project);
    }

    private static <T> T filled(@Nullable T cache) {
        if (cache == null) {
            throw new IllegalStateException("The operator has not read the projects yet: try again in a moment");
        }
        return cache;
    }
}
