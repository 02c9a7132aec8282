package io.nephele.operator.project;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
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
import io.nephele.crds.project.ApplicationState;
import io.nephele.crds.project.Decision;
import io.nephele.crds.project.HistoryEntry;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectApplication;
import io.nephele.crds.project.ProjectApplicationStatus;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.project.ProjectPhase;
import io.nephele.operator.Conditions;
import io.nephele.operator.Writes;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An application that is approved becomes a Project, or a change of one. A newer one of the same applicant takes the place of one that is not decided. */
@ControllerConfiguration(
        fieldManager = Nephele.FIELD_MANAGER,
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 5, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = -1, initialInterval = 500, intervalMultiplier = 2, maxInterval = 300_000)
public class ApplicationReconciler implements Reconciler<ProjectApplication> {

    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    /** The project's own reconciler is about to make what the applicant waits for. */
    private static final Duration SOON = Duration.ofMillis(300);

    private static final String READY = ApplicationState.Approved.name();

    private final Writes writes;
    private final Directory directory;
    private final Clock clock;

    public ApplicationReconciler(Writes writes, Directory directory, Clock clock) {
        this.writes = writes;
        this.directory = directory;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, ProjectApplication>> prepareEventSources(
            EventSourceContext<ProjectApplication> context) {
        var applications = context.getPrimaryCache();
        applications.addIndexer(
                Directory.BY_PROJECT,
                application -> List.of(application.getSpec().project()));
        directory.applications(applications);
        // A newer application is news for the older ones.
        var newer = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(ProjectApplication.class, ProjectApplication.class)
                        .withName("newer")
                        .withSecondaryToPrimaryMapper(application ->
                                applications
                                        .byIndex(
                                                Directory.BY_PROJECT,
                                                application.getSpec().project())
                                        .stream()
                                        .map(ResourceID::fromResource)
                                        .collect(Collectors.toSet()))
                        .withOnUpdateFilter((_, _) -> false)
                        .build(),
                context);
        return List.of(newer);
    }

    @Override
    public ErrorStatusUpdateControl<ProjectApplication> updateErrorStatus(
            ProjectApplication seen, Context<ProjectApplication> context, Exception failure) {
        return writes.failed(new ProjectApplication(), seen, ProjectApplicationStatus.NONE, context, failure);
    }

    @Override
    public UpdateControl<ProjectApplication> reconcile(
            ProjectApplication application, Context<ProjectApplication> context) {
        Decision decision = application.getSpec().decision();
        String project = application.getSpec().project();
        if (decision == null && ApplicationDecision.isReplaced(application, directory.applications(project))) {
            replace(application);
            return UpdateControl.noUpdate();
        }
        if (decision == Decision.Approved) {
            return approve(application, context);
        }
        ApplicationState state = ApplicationDecision.state(decision);
        report(application, state, state.name(), message(application, state), context);
        return UpdateControl.noUpdate();
    }

    private UpdateControl<ProjectApplication> approve(
            ProjectApplication application, Context<ProjectApplication> context) {
        ProjectApplicationStatus old = status(application);
        if (old.state() == ApplicationState.Approved && Conditions.isTrue(old.conditions(), "Ready")) {
            return UpdateControl.noUpdate();
        }
        String refusal = old.state() == ApplicationState.Approved ? null : carryOut(application);
        if (refusal != null) {
            report(application, ApplicationState.Pending, "NameTaken", refusal, context);
            return UpdateControl.noUpdate();
        }
        if (isInForce(application)) {
            String message = message(application, ApplicationState.Approved);
            report(application, ApplicationState.Approved, READY, message, context);
            return UpdateControl.noUpdate();
        }
        report(application, ApplicationState.Approved, "BeingMade", "The project is being made", context);
        return UpdateControl.<ProjectApplication>noUpdate().rescheduleAfter(SOON);
    }

    /** Whether the applicant can begin. */
    private boolean isInForce(ProjectApplication application) {
        String name = application.getSpec().project();
        String applicant = application.getSpec().applicant();
        Project project = directory.project(name);
        ProjectMembership membership = applicant == null ? null : directory.membership(name, applicant);
        return project != null
                && project.getStatus() != null
                && project.getStatus().phase() != null
                && project.getStatus().phase() != ProjectPhase.Pending
                && membership != null
                && directory.isInForce(membership);
    }

    private void replace(ProjectApplication application) {
        writes.client()
                .resources(ProjectApplication.class)
                .inNamespace(application.getMetadata().getNamespace())
                .withName(application.getMetadata().getName())
                .patch(MERGE, "{\"spec\":{\"decision\":\"Replaced\"}}");
    }

    /** Why it cannot be, or null. The Project bears the application's UID from the same write on: whoever was killed after it does not do it again. */
    private @Nullable String carryOut(ProjectApplication application) {
        String name = application.getSpec().project();
        var resource = writes.client().resources(Project.class).withName(name);
        Project present = resource.get();
        if (present == null) {
            return writes.create(project(application)) ? "The name " + name + " was taken at the same moment" : null;
        }
        if (application.getMetadata().getUid().equals(annotation(present))) {
            return null;
        }
        if (!Objects.equals(present.getSpec().owner(), application.getSpec().applicant())) {
            return "The name " + name + " is taken";
        }
        resource.patch(MERGE, writes.client().getKubernetesSerialization().asJson(change(application, present)));
        return null;
    }

    private static @Nullable String annotation(Project project) {
        Map<String, String> annotations = project.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(Nephele.ANNOTATION_APPLICATION);
    }

    private static Project project(ProjectApplication application) {
        var project = new Project();
        project.setMetadata(new ObjectMetaBuilder()
                .withName(application.getSpec().project())
                .withAnnotations(annotations(application))
                .build());
        project.setSpec(ApplicationDecision.project(application));
        return project;
    }

    private static Map<String, Object> change(ProjectApplication application, Project present) {
        return Map.of(
                "metadata",
                Map.of(
                        "resourceVersion",
                        present.getMetadata().getResourceVersion(),
                        "annotations",
                        annotations(application)),
                "spec",
                ApplicationDecision.change(application));
    }

    private static Map<String, String> annotations(ProjectApplication application) {
        var annotations = new HashMap<String, String>();
        annotations.put(
                Nephele.ANNOTATION_APPLICATION, application.getMetadata().getUid());
        List<HistoryEntry> history = application.getHistory();
        String by = history.isEmpty() ? null : history.getLast().by();
        if (by != null) {
            annotations.put(Nephele.ANNOTATION_ACTING_FOR, by);
        }
        return annotations;
    }

    private void report(
            ProjectApplication application,
            ApplicationState state,
            String reason,
            String message,
            Context<ProjectApplication> context) {
        ProjectApplicationStatus old = status(application);
        if (old.state() != state
                || !Conditions.reason(old.conditions(), "Ready").equals(reason)) {
            writes.event(application, "Normal", reason, message);
        }
        var conditions = new Conditions(
                        old.conditions(), application.getMetadata().getGeneration(), clock.instant())
                .set("Ready", reason.equals(READY), reason, message);
        writes.report(
                new ProjectApplication(),
                application,
                new ProjectApplicationStatus(state, conditions.toList()),
                context);
    }

    private static ProjectApplicationStatus status(ProjectApplication application) {
        return application.getStatus() == null ? ProjectApplicationStatus.NONE : application.getStatus();
    }

    private static String message(ProjectApplication application, ApplicationState state) {
        String why = application.getSpec().decisionReason();
        String because = why == null ? "" : ": " + why;
        return switch (state) {
            case Pending -> "An administrator decides";
            case Approved -> "The project " + application.getSpec().project() + " is as it was asked" + because;
            case Denied -> "Denied" + because;
            case Cancelled -> "Cancelled by the applicant" + because;
            case Replaced -> "A newer application has taken its place";
        };
    }
}
