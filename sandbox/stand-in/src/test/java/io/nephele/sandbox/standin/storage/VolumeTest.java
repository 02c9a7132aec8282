package io.nephele.sandbox.standin.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VolumeTest {

    @Test
    void aClaimHasADiskOfItsOwnWhateverIsWrittenInIt() {
        PersistentVolumeClaim claim = new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withUid("1-2-3")
                .addToAnnotations("volume.kubernetes.io/selected-node", "../../etc")
                .endMetadata()
                .withNewSpec()
                .withStorageClassName("local")
                .withVolumeName("pvc-of-somebody-else")
                .withNewResources()
                .withRequests(Map.of("storage", new Quantity("284541584")))
                .endResources()
                .endSpec()
                .build();
        // In whole sectors.
        assertThat(Volume.of(claim)).isEqualTo(new Volume("local", "any", "pvc-1-2-3", 284541952));
        claim.getMetadata().getAnnotations().put("volume.kubernetes.io/selected-node", "node-1");
        assertThat(Volume.of(claim).node()).isEqualTo("node-1");
    }
}
