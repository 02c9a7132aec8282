package io.nephele.operator.project;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
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
import io.javaoperatorsdk.operator.processing.event.source.informer.Mappers;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.nephele.crds.Nephele;
import io.nephele.crds.project.HistoryEntry;
import io.nephele.crds.project.MembershipRequest;
import io.nephele.crds.project.MembershipState;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.project.ProjectMembershipSpec;
import io.nephele.crds.project.ProjectMembershipStatus;
import io.nephele.operator.Conditions;
import io.nephele.operator.Writes;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A membership gives its user what he may with the membership itself, tells of the step that was taken last, and goes back when its request was taken back. */
@ControllerConfiguration(
        fieldManager = Nephele.FIELD_MANAGER,
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 5, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = -1, initialInterval = 500, intervalMultiplier = 2, maxInterval = 300_000)
public class MembershipReconciler implements Reconciler<ProjectMembership> {

    /** The Project's reconciler is about to give or take what a membership is about. */
    private static final Duration SOON = Duration.ofMillis(200);

    private final Writes writes;
    private final Memberships memberships;
    private final Directory directory;
    private final Clock clock;
    private InformerEventSource<Role, ProjectMembership> roles;
    private InformerEventSource<RoleBinding, ProjectMembership> bindings;

    @SuppressWarnings("NullAway.Init") // the event sources are made when the operator starts
    public MembershipReconciler(Writes writes, Memberships memberships, Directory directory, Clock clock) {
        this.writes = writes;
        this.memberships = memberships;
        this.directory = directory;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, ProjectMembership>> prepareEventSources(EventSourceContext<ProjectMembership> context) {
        roles = ofMemberships("roles", Role.class, context);
        bindings = ofMemberships("role-bindings", RoleBinding.class, context);
        var requests = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(MembershipRequest.class, ProjectMembership.class)
                        .withName("requests")
                        .withSecondaryToPrimaryMapper(MembershipReconciler::ofRequest)
                        // Only that it is gone matters here.
                        .withOnAddFilter(_ -> false)
                        .withOnUpdateFilter((_, _) -> false)
                        .build(),
                context);
        return List.of(roles, bindings, requests);
    }

    private static <T extends HasMetadata> InformerEventSource<T, ProjectMembership> ofMemberships(
            String name, Class<T> type, EventSourceContext<ProjectMembership> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(type, ProjectMembership.class)
                        .withName(name)
                        .withLabelSelector(Nephele.LABEL_MEMBERSHIP)
                        .withSecondaryToPrimaryMapper(Mappers.fromOwnerReferences(ProjectMembership.class, false))
                        .build(),
                context);
    }

    private static Set<ResourceID> ofRequest(MembershipRequest request) {
        String user = request.getSpec().user();
        return user == null
                ? Set.of()
                : Set.of(new ResourceID(
                        ProjectMembership.nameOf(user), request.getSpec().project()));
    }

    @Override
    public ErrorStatusUpdateControl<ProjectMembership> updateErrorStatus(
            ProjectMembership seen, Context<ProjectMembership> context, Exception failure) {
        return writes.failed(new ProjectMembership(), seen, ProjectMembershipStatus.NONE, context, failure);
    }

    @Override
    public UpdateControl<ProjectMembership> reconcile(
            ProjectMembership membership, Context<ProjectMembership> context) {
        ProjectMembershipSpec spec = membership.getSpec();
        if (spec.state() == MembershipState.Requested && isTakenBack(membership)) {
            memberships.write(
                    membership.getMetadata().getNamespace(),
                    new ProjectMembershipSpec(spec.user(), spec.role(), MembershipState.Removed, null, spec.limits()),
                    Nephele.IDENTITY_PREFIX + spec.user(),
                    null);
            return UpdateControl.noUpdate();
        }
        grant(membership);
        if (!directory.isInForce(membership)) {
            return UpdateControl.<ProjectMembership>noUpdate().rescheduleAfter(SOON);
        }
        report(membership, context);
        return UpdateControl.noUpdate();
    }

    /** Whether the request that it came from was deleted. The caches are not asked: one that is late has not seen a request that is there. */
    private boolean isTakenBack(ProjectMembership membership) {
        String request = RequestDecision.requestOf(membership);
        return request != null
                && writes
                        .client()
                        .resources(MembershipRequest.class)
                        .inNamespace(Project.personalName(membership.getSpec().user()))
                        .list()
                        .getItems()
                        .stream()
                        .noneMatch(r -> request.equals(r.getMetadata().getUid()));
    }

    private void grant(ProjectMembership membership) {
        Role role = Rights.self(membership);
        RoleBinding binding = Rights.selfBinding(membership);
        var presentRole = roles.get(ResourceID.fromResource(role));
        var presentBinding = bindings.get(ResourceID.fromResource(binding));
        if (Rights.ofSelf(membership.getSpec().state()).isEmpty()) {
            presentBinding.ifPresent(this::delete);
            presentRole.ifPresent(this::delete);
            return;
        }
        if (presentRole
                .filter(present -> present.getRules().equals(role.getRules()))
                .isEmpty()) {
            writes.apply(role);
        }
        if (presentBinding.filter(present -> Rights.same(present, binding)).isEmpty()) {
            writes.apply(binding);
        }
    }

    private void delete(HasMetadata object) {
        writes.delete(
                object.getClass(),
                object.getMetadata().getNamespace(),
                object.getMetadata().getName());
    }

    private void report(ProjectMembership membership, Context<ProjectMembership> context) {
        ProjectMembershipStatus old =
                membership.getStatus() == null ? ProjectMembershipStatus.NONE : membership.getStatus();
        MembershipState state = membership.getSpec().state();
        String message = message(membership);
        if (old.state() != state) {
            writes.event(membership, "Normal", state.name(), message);
        }
        var conditions = new Conditions(
                        old.conditions(), membership.getMetadata().getGeneration(), clock.instant())
                .set("Ready", state.counts(), state.name(), message);
        writes.report(
                new ProjectMembership(), membership, new ProjectMembershipStatus(state, conditions.toList()), context);
    }

    private static String message(ProjectMembership membership) {
        List<HistoryEntry> history = membership.getHistory();
        HistoryEntry last = history.isEmpty() ? null : history.getLast();
        String state =
                membership.getSpec().user() + " is " + membership.getSpec().state();
        if (last == null) {
            return state;
        }
        return state + " since " + last.at() + ": " + last.action() + " by " + last.by()
                + (last.reason() == null ? "" : ", " + last.reason());
    }
}
