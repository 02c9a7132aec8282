package io.nephele.operator.project;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.nephele.crds.Nephele;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.project.ProjectPhase;
import io.nephele.crds.project.ProjectStatus;
import io.nephele.crds.quota.Quota;
import io.nephele.operator.Conditions;
import io.nephele.operator.Settings;
import io.nephele.operator.Writes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A Project has the namespace of its name, with the limits that are in force and the rights of its members in it. A namespace of somebody else's is not touched. */
@ControllerConfiguration(
        finalizerName = Nephele.FINALIZER,
        fieldManager = Nephele.FIELD_MANAGER,
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 5, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = -1, initialInterval = 500, intervalMultiplier = 2, maxInterval = 300_000)
public class ProjectReconciler implements Reconciler<Project>, Cleaner<Project> {

    private static final Duration RECHECK = Duration.ofSeconds(15);
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final Writes writes;
    private final Memberships memberships;
    private final Contents contents;
    private final Directory directory;
    private final Rights rights;
    private final Clock clock;
    private InformerEventSource<Namespace, Project> namespaces;
    private InformerEventSource<RoleBinding, Project> bindings;
    private InformerEventSource<ClusterRole, Project> roles;
    private InformerEventSource<ClusterRoleBinding, Project> clusterBindings;
    private InformerEventSource<Quota, Project> quotas;

    @SuppressWarnings("NullAway.Init") // the event sources are made when the operator starts
    public ProjectReconciler(
            Writes writes,
            Memberships memberships,
            Contents contents,
            Directory directory,
            Settings settings,
            Clock clock) {
        this.writes = writes;
        this.memberships = memberships;
        this.contents = contents;
        this.directory = directory;
        this.rights = new Rights(settings.systemNamespace());
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Project>> prepareEventSources(EventSourceContext<Project> context) {
        var members = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(ProjectMembership.class, Project.class)
                        .withName("memberships")
                        .withSecondaryToPrimaryMapper(ProjectReconciler::ofNamespace)
                        .withOnUpdateFilter((now, before) -> !now.getMetadata()
                                .getGeneration()
                                .equals(before.getMetadata().getGeneration()))
                        .build(),
                context);
        members.addIndexers(Map.of(
                Directory.BY_PROJECT,
                membership -> List.of(membership.getMetadata().getNamespace())));
        namespaces = labelled("namespaces", Namespace.class, ProjectReconciler::ofName, context);
        bindings = labelled("role-bindings", RoleBinding.class, ProjectReconciler::ofNamespace, context);
        roles = labelled("cluster-roles", ClusterRole.class, ProjectReconciler::ofLabel, context);
        clusterBindings =
                labelled("cluster-role-bindings", ClusterRoleBinding.class, ProjectReconciler::ofLabel, context);
        quotas = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Quota.class, Project.class)
                        .withName("quotas")
                        .withSecondaryToPrimaryMapper(ProjectReconciler::ofNamespace)
                        // Usage changes with every charge, and is nothing to this.
                        .withOnUpdateFilter((now, before) -> !now.getMetadata()
                                .getGeneration()
                                .equals(before.getMetadata().getGeneration()))
                        .build(),
                context);
        directory.projects(context.getPrimaryCache(), members, quotas);
        return List.of(members, namespaces, bindings, roles, clusterBindings, quotas);
    }

    private static <T extends HasMetadata> InformerEventSource<T, Project> labelled(
            String name, Class<T> type, Function<T, Set<ResourceID>> project, EventSourceContext<Project> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(type, Project.class)
                        .withName(name)
                        .withLabelSelector(Nephele.LABEL_PROJECT)
                        .withSecondaryToPrimaryMapper(project::apply)
                        .build(),
                context);
    }

    private static Set<ResourceID> ofName(HasMetadata object) {
        return Set.of(new ResourceID(object.getMetadata().getName()));
    }

    private static Set<ResourceID> ofNamespace(HasMetadata object) {
        return Set.of(new ResourceID(object.getMetadata().getNamespace()));
    }

    private static Set<ResourceID> ofLabel(HasMetadata object) {
        return Set.of(new ResourceID(object.getMetadata().getLabels().get(Nephele.LABEL_PROJECT)));
    }

    @Override
    public ErrorStatusUpdateControl<Project> updateErrorStatus(
            Project seen, Context<Project> context, Exception failure) {
        return writes.failed(new Project(), seen, ProjectStatus.NONE, context, failure);
    }

    @Override
    public UpdateControl<Project> reconcile(Project project, Context<Project> context) {
        String name = project.getMetadata().getName();
        if (namespaces.get(new ResourceID(name)).isEmpty() && !ownsNamespaceAfterCreating(project)) {
            reportTaken(project, context);
            return UpdateControl.<Project>noUpdate().rescheduleAfter(RECHECK);
        }
        List<ProjectMembership> members = directory.memberships(name);
        ProjectDecision decision = ProjectDecision.of(project, members, clock.instant());
        grant(project, members);
        limit(name, decision);
        boolean done = contents.turn(name, decision.machines());
        report(project, decision, context);
        if (decision.owner() != null) {
            memberships.write(name, decision.owner(), null, null);
        }
        Duration recheck = done ? decision.recheck() : RECHECK;
        UpdateControl<Project> control = UpdateControl.noUpdate();
        return recheck == null || recheck.compareTo(LONGEST) > 0 ? control : control.rescheduleAfter(recheck);
    }

    private boolean ownsNamespaceAfterCreating(Project project) {
        String name = project.getMetadata().getName();
        boolean existed = writes.create(new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(Map.of(Nephele.LABEL_PROJECT, name))
                .endMetadata()
                .build());
        if (!existed) {
            return true;
        }
        Namespace present = writes.client().namespaces().withName(name).get();
        return present != null
                && present.getMetadata().getLabels() != null
                && name.equals(present.getMetadata().getLabels().get(Nephele.LABEL_PROJECT));
    }

    private void grant(Project project, List<ProjectMembership> members) {
        for (RoleBinding wanted : rights.bindings(project, members)) {
            if (bindings.get(ResourceID.fromResource(wanted))
                    .filter(present -> Rights.same(present, wanted))
                    .isEmpty()) {
                writes.apply(wanted);
            }
        }
        ClusterRole role = rights.ofProject(project);
        if (roles.get(ResourceID.fromResource(role))
                .filter(present -> present.getRules().equals(role.getRules()))
                .isEmpty()) {
            writes.apply(role);
        }
        ClusterRoleBinding binding = rights.bindingOfProject(project, members);
        if (clusterBindings
                .get(ResourceID.fromResource(binding))
                .filter(present -> present.getSubjects().equals(binding.getSubjects()))
                .isEmpty()) {
            writes.apply(binding);
        }
    }

    private void limit(String project, ProjectDecision decision) {
        if (quotas.get(new ResourceID(Quota.NAME, project))
                .filter(present -> decision.quota().equals(present.getSpec()))
                .isPresent()) {
            return;
        }
        var quota = new Quota();
        quota.getMetadata().setName(Quota.NAME);
        quota.getMetadata().setNamespace(project);
        quota.setSpec(decision.quota());
        if (quotas.get(ResourceID.fromResource(quota)).isPresent() || writes.create(quota)) {
            // The spec as a whole: applied field by field, a map that loses its last entry becomes null, which the
            // schema refuses.
            writes.client()
                    .resource(quota)
                    .patch(
                            PatchContext.of(PatchType.JSON),
                            "[{\"op\":\"add\",\"path\":\"/spec\",\"value\":" + Serialization.asJson(decision.quota())
                                    + "}]");
        }
    }

    private void report(Project project, ProjectDecision decision, Context<Project> context) {
        ProjectStatus old = project.getStatus();
        ProjectPhase before = old == null ? null : old.phase();
        if (before != null && before != decision.phase()) {
            var ready = Conditions.find(decision.status().conditions(), "Ready");
            writes.event(
                    project,
                    decision.phase() == ProjectPhase.Active ? "Normal" : "Warning",
                    decision.phase().name(),
                    ready == null ? "" : ready.getMessage());
        }
        writes.report(new Project(), project, decision.status(), context);
    }

    private void reportTaken(Project project, Context<Project> context) {
        String name = project.getMetadata().getName();
        ProjectStatus old = project.getStatus() == null ? ProjectStatus.NONE : project.getStatus();
        Instant now = clock.instant();
        var status = new ProjectStatus(
                null,
                project.accountId(),
                null,
                ProjectPhase.Pending,
                null,
                null,
                new Conditions(old.conditions(), project.getMetadata().getGeneration(), now)
                        .set(
                                "Ready",
                                false,
                                "NamespaceTaken",
                                "The namespace " + name
                                        + " exists and does not belong to a Project: delete it, or name the Project otherwise")
                        .toList());
        writes.report(new Project(), project, status, context);
    }

    /** The namespace goes with the Project, but never with data in it. */
    @Override
    public DeleteControl cleanup(Project project, Context<Project> context) {
        String name = project.getMetadata().getName();
        Namespace namespace = writes.client().namespaces().withName(name).get();
        if (namespace == null
                || namespace.getMetadata().getLabels() == null
                || !name.equals(namespace.getMetadata().getLabels().get(Nephele.LABEL_PROJECT))) {
            return DeleteControl.defaultDelete();
        }
        if (contents.holdData(name)) {
            writes.event(
                    project, "Warning", "NotEmpty", "The Project still has Instances or Volumes: delete them first");
        } else if (namespace.getMetadata().getDeletionTimestamp() == null) {
            writes.client().namespaces().withName(name).delete();
        }
        return DeleteControl.noFinalizerRemoval().rescheduleAfter(RECHECK);
    }
}
