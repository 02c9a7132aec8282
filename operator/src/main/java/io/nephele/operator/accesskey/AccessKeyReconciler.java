package io.nephele.operator.accesskey;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.nephele.crds.AwsId;
import io.nephele.crds.Nephele;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.accesskey.AccessKeyStatus;
import io.nephele.operator.Conditions;
import io.nephele.operator.Writes;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Makes the secret half of a key once. The id follows from the object's UID, so a retry never makes a second key. */
@ControllerConfiguration(
        fieldManager = Nephele.FIELD_MANAGER,
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 5, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = -1, initialInterval = 500, intervalMultiplier = 2, maxInterval = 300_000)
public class AccessKeyReconciler implements Reconciler<AccessKey> {

    private static final int SECRET_BYTES = 30;

    private final Writes writes;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    public AccessKeyReconciler(Writes writes, Clock clock) {
        this.writes = writes;
        this.clock = clock;
    }

    @Override
    public ErrorStatusUpdateControl<AccessKey> updateErrorStatus(
            AccessKey seen, Context<AccessKey> context, Exception failure) {
        return writes.failed(new AccessKey(), seen, AccessKeyStatus.NONE, context, failure);
    }

    @Override
    public UpdateControl<AccessKey> reconcile(AccessKey key, Context<AccessKey> context) {
        AccessKeyStatus old = key.getStatus();
        if (old != null && old.secretName() != null && Conditions.isTrue(old.conditions(), "Ready")) {
            return UpdateControl.noUpdate();
        }
        Secret secret = secret(key);
        writes.create(secret);
        var status = new AccessKeyStatus(
                accessKeyId(key.getMetadata().getUid()),
                secret.getMetadata().getName(),
                null,
                new Conditions(
                                old == null ? null : old.conditions(),
                                key.getMetadata().getGeneration(),
                                clock.instant())
                        .set(
                                "Ready",
                                true,
                                "Created",
                                "The key is in the Secret "
                                        + secret.getMetadata().getName())
                        .toList());
        writes.report(new AccessKey(), key, status, context);
        return UpdateControl.noUpdate();
    }

    /** {@code AKIA} and 16 characters of base 32, as AWS's long-lived keys look. */
    static String accessKeyId(String uid) {
        String base32 =
                new BigInteger(AwsId.hash("access-key", uid), 16).toString(32).toUpperCase(Locale.ROOT);
        // Java's digits are 0-9 and A-V; AWS's alphabet has A-Z and 2-7.
        StringBuilder id = new StringBuilder("AKIA");
        for (int i = 0; i < 16; i++) {
            id.append("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".charAt(Character.digit(base32.charAt(i), 32)));
        }
        return id.toString();
    }

    private Secret secret(AccessKey key) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return new SecretBuilder()
                .withNewMetadata()
                .withName("access-key-" + AwsId.hash(key.getMetadata().getUid()).substring(0, 16))
                .withNamespace(key.getMetadata().getNamespace())
                .withLabels(Map.of(Nephele.LABEL_PROJECT, key.getMetadata().getNamespace()))
                .addNewOwnerReference()
                .withApiVersion(key.getApiVersion())
                .withKind(key.getKind())
                .withName(key.getMetadata().getName())
                .withUid(key.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withType("nephele.io/access-key")
                .withStringData(Map.of(
                        AccessKeyStatus.ID,
                        accessKeyId(key.getMetadata().getUid()),
                        AccessKeyStatus.SECRET,
                        Base64.getEncoder().encodeToString(bytes)))
                .build();
    }
}
