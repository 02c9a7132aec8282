package io.nephele.operator.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.crds.volume.Volume;
import io.nephele.crds.volume.VolumeSpec;
import io.nephele.crds.volume.VolumeState;
import io.nephele.crds.volume.VolumeStatus;
import io.nephele.operator.Conditions;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class VolumeDecisionTest {

    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private final Volume volume = volume();

    @Test
    void aNewVolumeIsMade() {
        assertThat(decide().act()).isEqualTo(VolumeDecision.Act.CREATE);
        assertThat(decide().status().state()).isEqualTo(VolumeState.Creating);
    }

    @Test
    void oneThatCouldNotBeMadeIsTriedAgain() {
        volume.setStatus(Conditions.stalled(VolumeStatus.NONE, volume, "the API is away", NOW));
        assertThat(decide().act()).isEqualTo(VolumeDecision.Act.CREATE);
    }

    @Test
    void oneWhoseDataIsGoneIsNeverMadeAgainNotEvenAfterFailuresOfTheApi() {
        volume.setStatus(new VolumeStatus("vol-0", VolumeState.Available, "1Gi", "replicated", null));
        VolumeDecision lost = decide();
        assertThat(lost.act()).isEqualTo(VolumeDecision.Act.NOTHING);
        assertThat(lost.status().state()).isEqualTo(VolumeState.Error);

        volume.setStatus(Conditions.stalled(lost.status(), volume, "the API is away", NOW));
        assertThat(decide().act()).isEqualTo(VolumeDecision.Act.NOTHING);
        assertThat(Conditions.reason(decide().status().conditions(), "Ready")).isEqualTo("DataLost");
    }

    private VolumeDecision decide() {
        return VolumeDecision.of(new VolumeDecision.Observed(volume, "replicated", null, null), NOW);
    }

    private static Volume volume() {
        var volume = new Volume();
        volume.setMetadata(new ObjectMetaBuilder()
                .withName("data")
                .withNamespace("demo")
                .withUid("u")
                .withGeneration(1L)
                .build());
        volume.setSpec(new VolumeSpec("1Gi", null, null, null, null));
        return volume;
    }
}
