package io.nephele.operator.project;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.fabric8.kubernetes.api.model.rbac.SubjectBuilder;
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
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectStatus;
import io.nephele.crds.quota.Quota;
import io.nephele.crds.quota.QuotaSpec;
import io.nephele.crds.volume.Volume;
import io.nephele.operator.Conditions;
import io.nephele.operator.Settings;
import io.nephele.operator.Writes;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A Project has the namespace of its name, with the rights of operator, facade and members in it. A namespace of somebody else's is not touched. */
@ControllerConfiguration(
        finalizerName = Nephele.FINALIZER,
        fieldManager = Nephele.FIELD_MANAGER,
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 5, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = -1, initialInterval = 500, intervalMultiplier = 2, maxInterval = 300_000)
public class ProjectReconciler implements Reconciler<Project>, Cleaner<Project> {

    private static final String BY_PROJECT = "project";
    private static final Duration RECHECK = Duration.ofSeconds(15);

    private final Writes writes;
    private final Settings settings;
    private final Clock clock;
    private InformerEventSource<AccessKey, Project> accessKeys;
    private InformerEventSource<Namespace, Project> namespaces;
    private InformerEventSource<RoleBinding, Project> bindings;
    private InformerEventSource<Quota, Project> quotas;

    @SuppressWarnings("NullAway.Init") // the event sources are made when the operator starts
    public ProjectReconciler(Writes writes, Settings settings, Clock clock) {
        this.writes = writes;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Project>> prepareEventSources(EventSourceContext<Project> context) {
        accessKeys = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(AccessKey.class, Project.class)
                        .withName("access-keys")
                        .withSecondaryToPrimaryMapper(
                                key -> Set.of(new ResourceID(key.getMetadata().getNamespace())))
                        .build(),
                context);
        accessKeys.addIndexers(
                Map.of(BY_PROJECT, key -> List.of(key.getMetadata().getNamespace())));
        namespaces = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Namespace.class, Project.class)
                        .withName("namespaces")
                        .withLabelSelector(Nephele.LABEL_PROJECT)
                        .withSecondaryToPrimaryMapper(namespace ->
                                Set.of(new ResourceID(namespace.getMetadata().getName())))
                        .build(),
                context);
        bindings = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(RoleBinding.class, Project.class)
                        .withName("role-bindings")
                        .withLabelSelector(Nephele.LABEL_PROJECT)
                        .withSecondaryToPrimaryMapper(binding ->
                                Set.of(new ResourceID(binding.getMetadata().getNamespace())))
                        .build(),
                context);
        quotas = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Quota.class, Project.class)
                        .withName("quotas")
                        .withSecondaryToPrimaryMapper(quota ->
                                Set.of(new ResourceID(quota.getMetadata().getNamespace())))
                        .build(),
                context);
        return List.of(accessKeys, namespaces, bindings, quotas);
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
            report(
                    project,
                    context,
                    false,
                    "NamespaceTaken",
                    "The namespace " + name
                            + " exists and does not belong to a Project: delete it, or name the Project otherwise");
            return UpdateControl.<Project>noUpdate().rescheduleAfter(RECHECK);
        }
        for (RoleBinding wanted : roleBindings(name)) {
            boolean same = bindings.get(ResourceID.fromResource(wanted))
                    .map(present -> present.getRoleRef().equals(wanted.getRoleRef())
                            && present.getSubjects().equals(wanted.getSubjects()))
                    .orElse(false);
            if (!same) {
                writes.apply(wanted);
            }
        }
        if (quotas.get(new ResourceID(Quota.NAME, name)).isEmpty()) {
            var quota = new Quota();
            quota.setMetadata(new ObjectMetaBuilder()
                    .withName(Quota.NAME)
                    .withNamespace(name)
                    .build());
            quota.setSpec(QuotaSpec.NONE);
            writes.create(quota);
        }
        report(project, context, true, "Active", "The namespace " + name + " is there");
        return UpdateControl.noUpdate();
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

    private List<RoleBinding> roleBindings(String namespace) {
        TreeSet<String> users = accessKeys.byIndex(BY_PROJECT, namespace).stream()
                .map(key -> "nephele:" + key.getSpec().user())
                .collect(Collectors.toCollection(TreeSet::new));
        List<Subject> members = users.stream().map(ProjectReconciler::user).toList();
        return List.of(
                binding(
                        namespace,
                        "nephele-operator",
                        "nephele-operator-project",
                        List.of(serviceAccount("nephele-operator"))),
                binding(
                        namespace,
                        "nephele-api-server",
                        "nephele-api-server-project",
                        List.of(serviceAccount("nephele-api-server"))),
                binding(namespace, "nephele-members", "nephele-member", members));
    }

    private static Subject user(String name) {
        return new SubjectBuilder()
                .withApiGroup("rbac.authorization.k8s.io")
                .withKind("User")
                .withName(name)
                .build();
    }

    private Subject serviceAccount(String name) {
        return new SubjectBuilder()
                .withKind("ServiceAccount")
                .withName(name)
                .withNamespace(settings.systemNamespace())
                .build();
    }

    private static RoleBinding binding(String namespace, String name, String role, List<Subject> subjects) {
        return new RoleBindingBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .withLabels(Map.of(Nephele.LABEL_PROJECT, namespace))
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", role)
                .withSubjects(subjects)
                .build();
    }

    private void report(Project project, Context<Project> context, boolean ready, String reason, String message) {
        ProjectStatus old = project.getStatus();
        var status = new ProjectStatus(
                ready ? project.getMetadata().getName() : null,
                project.accountId(),
                null,
                null,
                null,
                null,
                new Conditions(
                                old == null ? null : old.conditions(),
                                project.getMetadata().getGeneration(),
                                clock.instant())
                        .set("Ready", ready, reason, message)
                        .toList());
        writes.report(new Project(), project, status, context);
    }

    /** The namespace goes with the Project, but never with Instances or Volumes in it. */
    @Override
    public DeleteControl cleanup(Project project, Context<Project> context) {
        String name = project.getMetadata().getName();
        Namespace namespace = writes.client().namespaces().withName(name).get();
        if (namespace == null
                || namespace.getMetadata().getLabels() == null
                || !name.equals(namespace.getMetadata().getLabels().get(Nephele.LABEL_PROJECT))) {
            return DeleteControl.defaultDelete();
        }
        boolean holdsData = !writes.client()
                        .resources(Instance.class)
                        .inNamespace(name)
                        .list()
                        .getItems()
                        .isEmpty()
                || !writes.client()
                        .resources(Volume.class)
                        .inNamespace(name)
                        .list()
                        .getItems()
                        .isEmpty();
        if (holdsData) {
            writes.event(
                    project, "Warning", "NotEmpty", "The Project still has Instances or Volumes: delete them first");
        } else if (namespace.getMetadata().getDeletionTimestamp() == null) {
            writes.client().namespaces().withName(name).delete();
        }
        return DeleteControl.noFinalizerRemoval().rescheduleAfter(RECHECK);
    }
}
