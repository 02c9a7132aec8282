package io.nephele.sandbox.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlPlaneTest {

    @Test
    void keepsItsStateThroughARestartAndLeavesNoProcessBehind(@TempDir Path directory) {
        var settings = new ControlPlane.Settings(
                directory,
                Ports.free(),
                List.of(new ControlPlane.User("alice", "secret", List.of("users"))),
                true,
                null);
        List<ChildProcess> processes;
        try (var controlPlane = ControlPlane.start(settings);
                var admin = controlPlane.adminClient()) {
            processes = controlPlane.processes();
            admin.resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName("kept")
                            .withNamespace("default")
                            .endMetadata()
                            .addToData("a", "b")
                            .build())
                    .create();
        }
        assertThat(processes).hasSize(3).noneMatch(ChildProcess::isAlive);

        try (var controlPlane = ControlPlane.start(settings);
                var admin = controlPlane.adminClient();
                var alice = controlPlane.client("secret")) {
            assertThat(admin.configMaps()
                            .inNamespace("default")
                            .withName("kept")
                            .get()
                            .getData())
                    .containsEntry("a", "b");
            assertThat(alice.raw("/version")).contains("v1.36");
            assertThat(controlPlane.auditLog()).content().contains("configmaps");
        }
    }
}
