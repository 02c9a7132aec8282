package io.nephele.operator.project;

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
import io.nephele.crds.project.MembershipRequest;
import io.nephele.crds.project.MembershipRequestStatus;
import io.nephele.crds.project.MembershipState;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.operator.Conditions;
import io.nephele.operator.Writes;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A request to join becomes a membership in the project that it is about, and tells its user how that stands. */
@ControllerConfiguration(
        fieldManager = Nephele.FIELD_MANAGER,
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 5, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = -1, initialInterval = 500, intervalMultiplier = 2, maxInterval = 300_000)
public class MembershipRequestReconciler implements Reconciler<MembershipRequest> {

    private static final String BY_MEMBERSHIP = "membership";

    /** The cache has what was just written a moment later. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private final Writes writes;
    private final Memberships memberships;
    private final Directory directory;
    private final Clock clock;

    public MembershipRequestReconciler(Writes writes, Memberships memberships, Directory directory, Clock clock) {
        this.writes = writes;
        this.memberships = memberships;
        this.directory = directory;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, MembershipRequest>> prepareEventSources(EventSourceContext<MembershipRequest> context) {
        var requests = context.getPrimaryCache();
        requests.addIndexer(BY_MEMBERSHIP, request -> {
            String user = request.getSpec().user();
            return user == null ? List.of() : List.of(key(request.getSpec().project(), ProjectMembership.nameOf(user)));
        });
        var members = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(ProjectMembership.class, MembershipRequest.class)
                        .withName("memberships")
                        .withSecondaryToPrimaryMapper(membership -> requests
                                .byIndex(
                                        BY_MEMBERSHIP,
                                        key(
                                                membership.getMetadata().getNamespace(),
                                                membership.getMetadata().getName()))
                                .stream()
                                .map(ResourceID::fromResource)
                                .collect(Collectors.toSet()))
                        .build(),
                context);
        return List.of(members);
    }

    private static String key(String project, String membership) {
        return project + "/" + membership;
    }

    @Override
    public ErrorStatusUpdateControl<MembershipRequest> updateErrorStatus(
            MembershipRequest seen, Context<MembershipRequest> context, Exception failure) {
        return writes.failed(new MembershipRequest(), seen, MembershipRequestStatus.NONE, context, failure);
    }

    @Override
    public UpdateControl<MembershipRequest> reconcile(MembershipRequest request, Context<MembershipRequest> context) {
        String name = request.getSpec().project();
        String user = request.getSpec().user();
        Project project = directory.project(name);
        var decision = RequestDecision.of(
                request, project, user == null ? null : directory.membership(name, user), directory.memberships(name));
        switch (decision) {
            case RequestDecision.Refuse refuse -> report(request, null, null, "Refused", refuse.message(), context);
            case RequestDecision.Write write -> {
                memberships.write(
                        name,
                        write.membership(),
                        Nephele.IDENTITY_PREFIX + write.membership().user(),
                        request.getMetadata().getUid());
                return UpdateControl.<MembershipRequest>noUpdate().rescheduleAfter(SOON);
            }
            case RequestDecision.Mirror mirror -> mirror(request, mirror.state(), project, context);
            case RequestDecision.Over _ -> {}
        }
        return UpdateControl.noUpdate();
    }

    private void mirror(
            MembershipRequest request,
            MembershipState state,
            @Nullable Project project,
            Context<MembershipRequest> context) {
        String name = request.getSpec().project();
        String message = switch (state) {
            case Requested -> "An owner of " + name + " decides";
            case Accepted -> "You are a member of " + name;
            case LeaveRequested -> "An owner of " + name + " decides whether you leave";
            case Invited -> "You are invited to " + name;
            case Suspended -> "An administrator has suspended your membership in " + name;
            case Rejected -> "An owner of " + name + " has said no";
            case Removed -> "You are a member of " + name + " no more";
        };
        report(
                request,
                state,
                state.counts() && project != null ? project.roleArn() : null,
                state.name(),
                message,
                context);
    }

    private void report(
            MembershipRequest request,
            @Nullable MembershipState state,
            @Nullable String roleArn,
            String reason,
            String message,
            Context<MembershipRequest> context) {
        MembershipRequestStatus old = request.getStatus() == null ? MembershipRequestStatus.NONE : request.getStatus();
        if (!Conditions.reason(old.conditions(), "Ready").equals(reason)) {
            writes.event(request, reason.equals("Refused") ? "Warning" : "Normal", reason, message);
        }
        var conditions = new Conditions(old.conditions(), request.getMetadata().getGeneration(), clock.instant())
                .set("Ready", state != null && state.counts(), reason, message);
        writes.report(
                new MembershipRequest(),
                request,
                new MembershipRequestStatus(state, roleArn, conditions.toList()),
                context);
    }
}
