package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceSpec;
import io.nephele.crds.instance.InstanceState;
import io.nephele.crds.volume.Volume;
import io.nephele.foreign.kubevirt.VirtualMachine;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas of the operator, as the chart installs them: one acts. */
class ReplicasTest {

    @Test
    void theOtherReplicaGoesOnWhereTheLeaderWasKilled(@TempDir Path directory) throws Exception {
        var settings = Settings.in(directory).withOperator("-Dquarkus.profile=prod");
        try (Sandbox sandbox = Sandbox.start(settings)) {
            KubernetesClient client = sandbox.admin();
            sandbox.startAnotherOperator().awaitReady();
            String leader = leader(client);

            order(client, 1, 4);
            sandbox.operator().pause();
            order(client, 5, 8);

            await().atMost(Duration.ofMinutes(2)).until(() -> running(client) == 8);
            assertThat(leader(client)).isNotEqualTo(leader);
            assertThat(client.resources(VirtualMachine.class)
                            .inNamespace("demo")
                            .list()
                            .getItems())
                    .hasSize(8);
            assertThat(client.resources(Volume.class).inNamespace("demo").list().getItems())
                    .hasSize(8);
        }
    }

    private static void order(KubernetesClient client, int from, int to) {
        for (int n = from; n <= to; n++) {
            var instance = new Instance();
            instance.setMetadata(new ObjectMetaBuilder()
                    .withName("replicas-" + n)
                    .withNamespace("demo")
                    .build());
            instance.setSpec(new InstanceSpec(
                    "t1.tiny", Examples.IMAGE, null, null, null, null, null, null, null, null, null, null));
            client.resource(instance).create();
        }
    }

    private static long running(KubernetesClient client) {
        return client.resources(Instance.class).inNamespace("demo").list().getItems().stream()
                .filter(i -> i.getStatus() != null && i.getStatus().state() == InstanceState.Running)
                .count();
    }

    private static String leader(KubernetesClient client) {
        return client.leases()
                .inNamespace(Sandbox.SYSTEM_NAMESPACE)
                .withName("nephele-operator")
                .get()
                .getSpec()
                .getHolderIdentity();
    }
}
