package io.nephele.operator.accesskey;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.accesskey.AccessKeySpec;
import io.nephele.crds.accesskey.AccessKeyStatus;
import io.nephele.operator.Conditions;
import io.nephele.operator.accesskey.AccessKeyDecision.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccessKeyDecisionTest {

    private static final Instant CREATED = Instant.parse("2026-03-01T12:00:00Z");
    private static final AccessKeyStatus DELIVERED = new AccessKeyStatus("AKIA", "envelope", null, List.of());

    @Test
    void aNewKeyIsToldInASecretForAnHour() {
        var decision = decide(new AccessKeySpec("alice", true, null, true), null, CREATED);
        assertThat(decision.delivery()).isEqualTo(Delivery.MAKE);
        assertThat(decision.status().secretName()).isEqualTo("envelope");
        assertThat(decision.next()).isEqualTo(CREATED.plus(Duration.ofHours(1)));
        assertThat(Conditions.reason(decision.status().conditions(), "Ready")).isEqualTo("Created");
    }

    @Test
    void aSecretThatIsThereIsNotMadeAgain() {
        assertThat(decide(new AccessKeySpec("alice", true, null, true), DELIVERED, CREATED.plusSeconds(60))
                        .delivery())
                .isEqualTo(Delivery.KEEP);
    }

    @Test
    void afterAnHourTheSecretGoesAndIsNeverMadeAgain() {
        var spec = new AccessKeySpec("alice", true, null, true);
        var over = decide(spec, DELIVERED, CREATED.plus(Duration.ofHours(1)));
        assertThat(over.delivery()).isEqualTo(Delivery.REMOVE);
        assertThat(over.status().secretName()).isNull();
        assertThat(over.next()).isNull();
        assertThat(Conditions.isTrue(over.status().conditions(), "Ready")).isTrue();
        assertThat(decide(spec, over.status(), CREATED.plus(Duration.ofHours(2)))
                        .delivery())
                .isEqualTo(Delivery.NONE);
    }

    @Test
    void aSecretThatAKilledOperatorHasMadeAndNotReportedGoesToo() {
        assertThat(decide(new AccessKeySpec("alice", true, null, true), null, CREATED.plus(Duration.ofHours(2)))
                        .delivery())
                .isEqualTo(Delivery.REMOVE);
    }

    @Test
    void aKeyWhoseSecretIsShownByIamHasNoSecret() {
        var decision = decide(new AccessKeySpec("alice", true, null, false), null, CREATED);
        assertThat(decision.delivery()).isNotEqualTo(Delivery.MAKE);
        assertThat(decision.status().secretName()).isNull();
        assertThat(Conditions.isTrue(decision.status().conditions(), "Ready")).isTrue();
    }

    @Test
    void aKeyIsLookedAtAgainWhenItExpiresAndIsNotReadyFromThenOn() {
        var spec = new AccessKeySpec("alice", true, "2026-03-01T12:30:00Z", true);
        assertThat(decide(spec, null, CREATED).next()).isEqualTo(Instant.parse("2026-03-01T12:30:00Z"));
        var expired = decide(spec, DELIVERED, Instant.parse("2026-03-01T12:30:00Z"));
        assertThat(expired.delivery()).isEqualTo(Delivery.REMOVE);
        assertThat(expired.next()).isNull();
        assertThat(Conditions.isTrue(expired.status().conditions(), "Ready")).isFalse();
        assertThat(Conditions.reason(expired.status().conditions(), "Ready")).isEqualTo("Expired");
    }

    @Test
    void anInactiveKeyIsNotReadyUntilItIsMadeActive() {
        var inactive = decide(new AccessKeySpec("alice", false, null, true), DELIVERED, CREATED);
        assertThat(Conditions.reason(inactive.status().conditions(), "Ready")).isEqualTo("Inactive");
        assertThat(inactive.delivery()).isEqualTo(Delivery.KEEP);
        assertThat(Conditions.isTrue(
                        decide(new AccessKeySpec("alice", true, null, true), inactive.status(), CREATED)
                                .status()
                                .conditions(),
                        "Ready"))
                .isTrue();
    }

    private static AccessKeyDecision decide(AccessKeySpec spec, AccessKeyStatus status, Instant now) {
        var key = new AccessKey();
        key.setMetadata(new ObjectMetaBuilder()
                .withName("alice")
                .withNamespace("demo")
                .withUid("uid")
                .withCreationTimestamp(CREATED.toString())
                .build());
        key.setSpec(spec);
        key.setStatus(status);
        return AccessKeyDecision.of(key, "envelope", Duration.ofHours(1), now);
    }
}
