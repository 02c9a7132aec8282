package io.nephele.operator.accesskey;

import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.accesskey.AccessKeySpec;
import io.nephele.crds.accesskey.AccessKeyStatus;
import io.nephele.operator.Conditions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an AccessKey at a moment.
 *
 * @param delivery what is done with the Secret that tells its user the secret half
 * @param status without {@code lastUsed}, which is the facade's
 * @param next when to look again; absent if nothing will change by itself
 */
record AccessKeyDecision(
        Delivery delivery, AccessKeyStatus status, @Nullable Instant next) {

    enum Delivery {
        MAKE,
        KEEP,
        REMOVE,
        NONE
    }

    /**
     * Decides.
     *
     * @param secretName of the Secret, if there is to be one
     * @param shown how long the Secret is there
     */
    static AccessKeyDecision of(AccessKey key, String secretName, Duration shown, Instant now) {
        AccessKeySpec spec = key.getSpec();
        AccessKeyStatus old = key.getStatus() == null ? AccessKeyStatus.NONE : key.getStatus();
        Instant end = Instant.parse(key.getMetadata().getCreationTimestamp()).plus(shown);
        boolean expired = spec.isExpired(now);
        boolean delivered = spec.isSecretDelivered() && now.isBefore(end) && !expired;
        var conditions = new Conditions(old.conditions(), key.getMetadata().getGeneration(), now);
        if (expired) {
            conditions.set("Ready", false, "Expired", "The key is refused since " + spec.expiresAt());
        } else if (!spec.isActive()) {
            conditions.set("Ready", false, "Inactive", "The key is refused until spec.active is true");
        } else if (delivered) {
            conditions.set(
                    "Ready",
                    true,
                    "Created",
                    "The key is in the Secret " + secretName + " until " + Conditions.timestamp(end)
                            + ", and shown nowhere after that");
        } else {
            conditions.set("Ready", true, "Active", "The key can be used");
        }
        Instant next = Stream.of(
                        delivered ? Optional.of(end) : Optional.<Instant>empty(),
                        expired
                                ? Optional.<Instant>empty()
                                : Optional.ofNullable(spec.expiresAt()).map(Instant::parse))
                .flatMap(Optional::stream)
                .min(Instant::compareTo)
                .orElse(null);
        return new AccessKeyDecision(
                delivery(delivered, old),
                new AccessKeyStatus(key.accessKeyId(), delivered ? secretName : null, null, conditions.toList()),
                next);
    }

    /** One that was never reported may have been made by an operator that was killed before it could say so. */
    private static Delivery delivery(boolean delivered, AccessKeyStatus old) {
        if (delivered) {
            return old.secretName() == null ? Delivery.MAKE : Delivery.KEEP;
        }
        return old.secretName() != null || old.accessKeyId() == null ? Delivery.REMOVE : Delivery.NONE;
    }
}
