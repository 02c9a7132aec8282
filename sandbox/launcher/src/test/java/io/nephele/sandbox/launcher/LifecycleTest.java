package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nephele.sandbox.controlplane.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sandbox itself: it starts, stops and starts again, beside another one, and leaves nothing behind. */
class LifecycleTest {

    /** How often it is started; 50 with {@code -Dsandbox.starts=50}. */
    private static final int STARTS = Integer.getInteger("sandbox.starts", 3);

    @Test
    void startsAndStopsCleanlyManyTimesInARow(@TempDir Path directory) throws Exception {
        Sandbox.Tenant tenant = null;
        for (int i = 0; i < STARTS; i++) {
            List<ChildProcess> processes;
            long operator;
            long facade;
            try (Sandbox sandbox = Sandbox.start(Settings.in(directory))) {
                processes = sandbox.controlPlane().processes();
                operator = sandbox.operator().pid();
                facade = sandbox.facade().pid();
                assertThat(sandbox.envFile()).exists();
                if (tenant != null) {
                    assertThat(sandbox.tenant()).isEqualTo(tenant);
                }
                tenant = sandbox.tenant();
            }
            assertThat(processes).noneMatch(ChildProcess::isAlive);
            assertThat(ProcessHandle.of(operator)).isEmpty();
            assertThat(ProcessHandle.of(facade)).isEmpty();
        }
    }

    @Test
    void twoRunSideBySide(@TempDir Path one, @TempDir Path other) throws Exception {
        try (Sandbox first = Sandbox.start(Settings.in(one));
                Sandbox second = Sandbox.start(Settings.in(other))) {
            assertThat(first.endpoint()).isNotEqualTo(second.endpoint());
            assertThat(first.operator().isReady()).isTrue();
            assertThat(second.operator().isReady()).isTrue();
        }
    }

    @Test
    void nothingOutlivesOneThatIsKilled(@TempDir Path directory) throws Exception {
        Process sandbox = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "--enable-native-access=ALL-UNNAMED",
                        Victim.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
        try {
            await().atMost(Duration.ofMinutes(2)).until(() -> Files.exists(directory.resolve("env")));
            List<ProcessHandle> children = sandbox.descendants().toList();
            assertThat(children).hasSizeGreaterThanOrEqualTo(6).allMatch(ProcessHandle::isAlive);
            sandbox.destroyForcibly();
            await().atMost(Duration.ofSeconds(20)).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
        } finally {
            sandbox.destroyForcibly();
        }
    }

    /** A sandbox in a process of its own. */
    static final class Victim {

        public static void main(String[] args) throws Exception {
            try (Sandbox _ = Sandbox.start(Settings.in(Path.of(args[0])).withKeycloak())) {
                new CountDownLatch(1).await();
            }
        }
    }

    /** The cluster that exists is another sandbox, without operator, webhooks and facade. */
    @Test
    void runsAgainstAClusterThatExists(@TempDir Path one, @TempDir Path other) throws Exception {
        try (Sandbox cluster = Sandbox.start(Settings.in(one))) {
            cluster.operator().pause();
            cluster.facade().pause();
            // Nobody answers its webhooks any more, and the other sandbox brings none.
            var registered = cluster.admin().admissionRegistration().v1();
            registered.mutatingWebhookConfigurations().withName("nephele").delete();
            registered.validatingWebhookConfigurations().withName("nephele").delete();
            var settings = Settings.in(other).on(cluster.controlPlane().kubeconfig());
            try (Sandbox sandbox = Sandbox.start(settings)) {
                assertThatThrownBy(sandbox::controlPlane).hasMessageContaining("runs on a cluster that exists");
                var shell = new Shell(sandbox, other);
                String id = shell.run(
                        "aws ec2 run-instances --image-id $(aws ec2 describe-images --filters Name=name,Values=tiny"
                                + " --query 'Images[0].ImageId' --output text)"
                                + " --instance-type t1.tiny --query 'Instances[0].InstanceId' --output text");
                await().atMost(Duration.ofMinutes(2))
                        .until(() -> shell.run("aws ec2 describe-instances --output text --instance-ids " + id
                                        + " --query 'Reservations[0].Instances[0].State.Name'")
                                .equals("running"));
                shell.run("aws ec2 terminate-instances --instance-ids " + id);
                shell.run("aws ec2 wait instance-terminated --instance-ids " + id);
            }
        }
    }
}
