package io.nephele.operator.instance;

import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.nephele.crds.Nephele;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceState;
import io.nephele.crds.instance.InstanceStatus;
import io.nephele.operator.Conditions;
import io.nephele.operator.Settings;
import io.nephele.operator.Writes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Sees what is there, has {@link InstanceDecision} decide, does that, and reports. */
@ControllerConfiguration(
        finalizerName = Nephele.FINALIZER,
        fieldManager = Nephele.FIELD_MANAGER,
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 5, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = -1, initialInterval = 500, intervalMultiplier = 2, maxInterval = 300_000)
public class InstanceReconciler implements Reconciler<Instance>, Cleaner<Instance> {

    /** Room in a quota comes without an event here. */
    private static final Duration QUOTA_RECHECK = Duration.ofSeconds(15);

    private final Writes writes;
    private final Settings settings;
    private final Clock clock;
    private final Actions actions;
    private final InstanceMetrics metrics;
    private Sight sight;

    @SuppressWarnings("NullAway.Init") // the event sources are made when the operator starts
    public InstanceReconciler(Writes writes, Settings settings, Clock clock, Actions actions, InstanceMetrics metrics) {
        this.writes = writes;
        this.settings = settings;
        this.clock = clock;
        this.actions = actions;
        this.metrics = metrics;
    }

    @Override
    public List<EventSource<?, Instance>> prepareEventSources(EventSourceContext<Instance> context) {
        sight = new Sight(context, writes.client(), settings.catalogue());
        metrics.count(context.getPrimaryCache());
        return sight.eventSources();
    }

    @Override
    public ErrorStatusUpdateControl<Instance> updateErrorStatus(
            Instance seen, Context<Instance> context, Exception failure) {
        return writes.failed(new Instance(), seen, InstanceStatus.NONE, context, failure);
    }

    @Override
    public UpdateControl<Instance> reconcile(Instance instance, Context<Instance> context) {
        Instant now = clock.instant();
        InstanceDecision decision = InstanceDecision.of(sight.of(instance), settings.terminatedRetention(), now);
        Actions.Refusal refusal = actions.perform(instance, decision.actions(), sight);
        InstanceStatus status =
                refusal == null ? decision.status() : StatusBuilder.refused(instance, decision.status(), refusal, now);
        writes.report(new Instance(), instance, status, context);
        tell(instance, status);
        if (decision.order() != null) {
            actions.order(instance, decision.order());
        }
        UpdateControl<Instance> control = UpdateControl.noUpdate();
        Duration recheck =
                refusal != null && refusal.reason() == Reason.QuotaExceeded ? QUOTA_RECHECK : decision.recheck();
        return recheck == null ? control : control.rescheduleAfter(recheck);
    }

    private void tell(Instance instance, InstanceStatus status) {
        InstanceStatus old = instance.getStatus();
        String before = old == null ? "" : Conditions.reason(old.conditions(), "Ready");
        String reason = Conditions.reason(status.conditions(), "Ready");
        if (!reason.equals(before) && Reason.valueOf(reason).isTrouble()) {
            var ready = Conditions.find(status.conditions(), "Ready");
            writes.event(instance, "Warning", reason, ready == null ? "" : ready.getMessage());
        }
        if (StatusBuilder.BY_GUEST.equals(status.stateReason())
                && (old == null || !StatusBuilder.BY_GUEST.equals(old.stateReason()))) {
            writes.event(instance, "Normal", "GuestShutdown", "The machine was shut down from inside");
        }
        if (status.state() == InstanceState.Running && (old == null || old.state() == InstanceState.Pending)) {
            metrics.running(instance, clock.instant());
        }
    }

    @Override
    public DeleteControl cleanup(Instance instance, Context<Instance> context) {
        InstanceDecision decision =
                InstanceDecision.of(sight.of(instance), settings.terminatedRetention(), clock.instant());
        actions.perform(instance, decision.actions(), sight);
        if (decision.released()) {
            return DeleteControl.defaultDelete();
        }
        writes.report(new Instance(), instance, decision.status(), context);
        return DeleteControl.noFinalizerRemoval();
    }
}
