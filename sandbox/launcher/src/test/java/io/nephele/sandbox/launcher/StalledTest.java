package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceSpec;
import io.nephele.crds.instance.InstanceState;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the operator cannot do for now. */
@ExtendWith(SandboxExtension.class)
class StalledTest {

    /** One that the administrator has set: no Volumes. Nobody here counts, so what is used is said beforehand. */
    private static final ResourceQuota NO_VOLUMES = new ResourceQuotaBuilder()
            .withNewMetadata()
            .withName("no-volumes")
            .withNamespace("demo")
            .endMetadata()
            .withNewSpec()
            .addToHard("count/volumes.nephele.io", new Quantity("0"))
            .endSpec()
            .withNewStatus()
            .addToHard("count/volumes.nephele.io", new Quantity("0"))
            .addToUsed("count/volumes.nephele.io", new Quantity("0"))
            .endStatus()
            .build();

    @Test
    void aRefusalThatLastsIsToldAndIsOverWhenItsCauseIs(Sandbox sandbox) {
        KubernetesClient client = sandbox.admin();
        client.resource(NO_VOLUMES).create();
        client.resource(NO_VOLUMES).updateStatus();
        var instance = new Instance();
        instance.setMetadata(new ObjectMetaBuilder()
                .withName("stalled")
                .withNamespace("demo")
                .build());
        instance.setSpec(new InstanceSpec(
                "t1.tiny", Examples.IMAGE, null, null, null, null, null, null, null, null, null, Map.of()));
        client.resource(instance).create();
        try {
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(stalled(client))
                            .hasValueSatisfying(condition ->
                                    assertThat(condition.getMessage()).contains("exceeded quota: no-volumes")));
            assertThat(client.resource(instance).get().getStatus().state()).isNotEqualTo(InstanceState.Running);
        } finally {
            client.resource(NO_VOLUMES).delete();
        }
        await().atMost(Duration.ofSeconds(90))
                .until(() -> client.resource(instance).get().getStatus().state() == InstanceState.Running);
        assertThat(stalled(client)).isEmpty();
        client.resource(instance).delete();
    }

    private static Optional<Condition> stalled(KubernetesClient client) {
        Instance instance = client.resources(Instance.class)
                .inNamespace("demo")
                .withName("stalled")
                .get();
        return instance.getStatus() == null || instance.getStatus().conditions() == null
                ? Optional.empty()
                : instance.getStatus().conditions().stream()
                        .filter(condition -> condition.getType().equals("Stalled"))
                        .findFirst();
    }
}
