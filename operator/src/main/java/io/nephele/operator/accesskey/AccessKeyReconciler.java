package io.nephele.operator.accesskey;

import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.nephele.crds.Nephele;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.accesskey.AccessKeyStatus;
import io.nephele.operator.Settings;
import io.nephele.operator.Writes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Tells a user the secret half of his new key, for a while, and says whether the key can be used. Both halves follow from the object's UID, so a retry never makes a second key. */
@ControllerConfiguration(
        fieldManager = Nephele.FIELD_MANAGER,
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 5, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = -1, initialInterval = 500, intervalMultiplier = 2, maxInterval = 300_000)
public class AccessKeyReconciler implements Reconciler<AccessKey> {

    private final Writes writes;
    private final MasterKeySecret masterKey;
    private final Settings settings;
    private final Clock clock;

    public AccessKeyReconciler(Writes writes, MasterKeySecret masterKey, Settings settings, Clock clock) {
        this.writes = writes;
        this.masterKey = masterKey;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public ErrorStatusUpdateControl<AccessKey> updateErrorStatus(
            AccessKey seen, Context<AccessKey> context, Exception failure) {
        return writes.failed(new AccessKey(), ours(seen), AccessKeyStatus.NONE, context, failure);
    }

    @Override
    public UpdateControl<AccessKey> reconcile(AccessKey key, Context<AccessKey> context) {
        var envelope = new Envelope(key);
        Instant now = clock.instant();
        var decision = AccessKeyDecision.of(key, envelope.name(), settings.accessKeySecretRetention(), now);
        switch (decision.delivery()) {
            case MAKE -> envelope.make(writes, masterKey.get());
            case REMOVE -> envelope.remove(writes);
            case KEEP, NONE -> {}
        }
        writes.report(new AccessKey(), ours(key), decision.status(), context);
        return decision.next() == null
                ? UpdateControl.noUpdate()
                : UpdateControl.<AccessKey>noUpdate()
                        .rescheduleAfter(Duration.between(now, decision.next()).plusSeconds(1));
    }

    /** The key without what the facade writes into its status: compared or applied with it, it would become the operator's, who would hold on to an old value. */
    private static AccessKey ours(AccessKey key) {
        AccessKeyStatus status = key.getStatus();
        if (status == null || status.lastUsed() == null) {
            return key;
        }
        var ours = new AccessKey();
        ours.setMetadata(key.getMetadata());
        ours.setSpec(key.getSpec());
        ours.setStatus(new AccessKeyStatus(status.accessKeyId(), status.secretName(), null, status.conditions()));
        return ours;
    }
}
