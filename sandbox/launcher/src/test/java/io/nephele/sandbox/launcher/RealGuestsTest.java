package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nephele.crds.image.Image;
import io.nephele.crds.instance.Instance;
import io.nephele.sandbox.standin.qemu.Guest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An Instance is a machine that one can log in to. */
@ExtendWith(SandboxExtension.WithGuests.class)
class RealGuestsTest {

    private static final Duration BOOT = Ssh.BOOT;

    @TempDir
    static Path directory;

    private static Sandbox sandbox;
    private static Shell shell;
    private static Ssh ssh;

    @BeforeAll
    static void makeKeyPair(Sandbox running) {
        sandbox = running;
        shell = new Shell(sandbox, directory);
        ssh = new Ssh(shell, directory.resolve("alice.pem"));
        shell.run("aws ec2 create-key-pair --key-name alice --query KeyMaterial --output text > " + ssh.key()
                + "; chmod 600 " + ssh.key());
    }

    @AfterAll
    static void deleteKeyPair() {
        shell.run("aws ec2 delete-key-pair --key-name alice");
    }

    private static String order(String more) {
        return orderOf(GuestImages.TINY, more);
    }

    private static String orderOf(String image, String more) {
        return shell.run(
                "aws ec2 run-instances --image-id $(aws ec2 describe-images --filters Name=name,Values=" + image
                        + " --query 'Images[0].ImageId' --output text) --instance-type t1.tiny --key-name alice"
                        + " --query 'Instances[0].InstanceId' --output text " + more);
    }

    private static String ssh(String id, String command) {
        return ssh.run("user", id, command);
    }

    private static Guest guest(String id) {
        String uid = sandbox.admin()
                .genericKubernetesResources("kubevirt.io/v1", "VirtualMachineInstance")
                .inNamespace("demo")
                .withName(id)
                .require()
                .getMetadata()
                .getUid();
        return Objects.requireNonNull(sandbox.guestHost().guest(uid));
    }

    private static void terminate(String id) {
        shell.run("aws ec2 terminate-instances --instance-ids " + id);
    }

    @Test
    void theUserOfAKeyPairLogsInAndFindsWhatHeWroteAfterEveryKindOfRestart() throws Exception {
        Files.writeString(directory.resolve("hello.sh"), "#!/bin/sh\necho hello from user data > /etc/hello\n");
        String id = order("--user-data file://" + directory + "/hello.sh");
        assertThat(ssh(id, "hostname")).isEqualTo(id);
        assertThat(ssh(id, "cat /etc/hello")).isEqualTo("hello from user data");
        String address = shell.run("aws ec2 describe-instances --instance-ids " + id
                + " --query 'Reservations[0].Instances[0].PrivateIpAddress' --output text");
        assertThat(ssh(id, "ip -4 addr show eth0")).contains(address + "/16");
        assertThat(ssh(id, "echo kept > marker && sync && cat marker")).isEqualTo("kept");

        String boot = "cat /proc/sys/kernel/random/boot_id";
        String first = ssh(id, boot);
        shell.run("aws ec2 reboot-instances --instance-ids " + id);
        await().atMost(BOOT).until(() -> !ssh(id, boot).equals(first));
        assertThat(ssh(id, "cat marker")).isEqualTo("kept");

        shell.run("aws ec2 stop-instances --instance-ids " + id + " && aws ec2 wait instance-stopped --instance-ids "
                + id);
        assertThat(sandbox.admin()
                        .genericKubernetesResources("kubevirt.io/v1", "VirtualMachineInstance")
                        .inNamespace("demo")
                        .withName(id)
                        .get())
                .isNull();
        shell.run("aws ec2 start-instances --instance-ids " + id);
        assertThat(ssh(id, "cat marker")).isEqualTo("kept");

        Guest crashed = guest(id);
        assertThat(ProcessHandle.of(crashed.pid()).orElseThrow().destroyForcibly())
                .isTrue();
        await().atMost(BOOT).until(() -> crashed.state() == Guest.State.CRASHED);
        assertThat(ssh(id, "cat marker")).isEqualTo("kept");
        assertThat(guest(id)).isNotSameAs(crashed);

        ssh(id, "su -c poweroff || sudo poweroff || true");
        await().atMost(BOOT)
                .until(() -> shell.run("aws ec2 describe-instances --instance-ids " + id
                                + " --query 'Reservations[0].Instances[0].State.Name' --output text")
                        .equals("stopped"));
        terminate(id);
    }

    @Test
    void theConsoleSaysWhatTheGuestSaidAndTheScreenIsAPicture() {
        String id = order("");
        ssh(id, "true");
        assertThat(shell.run(
                        "aws ec2 get-console-output --latest --instance-id " + id + " --query Output --output text"))
                .contains(id + " login:");
        assertThat(shell.run("aws ec2 get-console-screenshot --instance-id " + id
                        + " --query ImageData --output text | base64 -d | head -c 8 | od -An -tx1"))
                .isEqualTo(" 89 50 4e 47 0d 0a 1a 0a");
        terminate(id);
    }

    @Test
    void cloudInitSetsUpADebianAndTheAgentInItSaysWhatItIs() throws Exception {
        assumeTrue(
                sandbox.admin()
                                .resources(Image.class)
                                .inNamespace(Examples.CATALOGUE)
                                .withName(GuestImages.DEBIAN)
                                .get()
                        != null,
                "The Debian guest could not be built, for the reason that was printed");
        Files.writeString(directory.resolve("cloud-config"), """
                #cloud-config
                write_files:
                - {path: /etc/hello, content: from cloud-config}
                runcmd: [[cp, /etc/hello, /etc/copied]]
                """);
        String id = orderOf(GuestImages.DEBIAN, "--user-data file://" + directory + "/cloud-config");
        assertThat(ssh.run("debian", id, "cloud-init status --wait | tail -n 1"))
                .isEqualTo("status: done");
        assertThat(ssh.run("debian", id, "cloud-id; hostname; cat /etc/copied"))
                .isEqualTo("nocloud\n" + id + "\nfrom cloud-config");

        String vmi = "/apis/subresources.kubevirt.io/v1/namespaces/demo/virtualmachineinstances/" + id;
        shell.run("kubectl -n demo wait vmi/" + id + " --for=condition=AgentConnected --timeout=60s");
        JsonNode os = new ObjectMapper()
                .readTree(sandbox.admin().raw(vmi + "/guestosinfo"))
                .path("os");
        assertThat(os.path("id").asText()).isEqualTo("debian");
        assertThat(os.path("versionId").asText()).isEqualTo("12");
        await().atMost(BOOT)
                .until(() -> shell.run("kubectl -n demo get vmi " + id
                                + " -o jsonpath='{.status.guestOSInfo.id} {.status.interfaces[0].infoSource}'")
                        .matches("debian .*guest-agent.*"));

        sandbox.admin().raw(vmi + "/freeze", "PUT", Map.of("unfreezeTimeout", "5m"));
        assertThat(guest(id).ask("guest-fsfreeze-status").asText()).isEqualTo("frozen");
        sandbox.admin().raw(vmi + "/unfreeze", "PUT", Map.of());
        assertThat(guest(id).ask("guest-fsfreeze-status").asText()).isEqualTo("thawed");
        assertThat(ssh.run("debian", id, "sudo touch /etc/written && echo yes")).isEqualTo("yes");
        terminate(id);
    }

    @Test
    void aDiskThatGrowsIsSeenToGrowByTheRunningGuest() {
        String id = order("");
        assertThat(ssh(id, "cat /sys/block/vda/size")).isEqualTo(Long.toString((3L << 30) / 512));
        String volume = sandbox.admin()
                .resources(Instance.class)
                .inNamespace("demo")
                .withName(id)
                .require()
                .getStatus()
                .rootVolume();
        shell.run("kubectl -n demo patch volume " + volume + " --type merge -p '{\"spec\": {\"size\": \"4Gi\"}}'");
        await().atMost(BOOT).until(() -> ssh(id, "cat /sys/block/vda/size").equals(Long.toString((4L << 30) / 512)));
        terminate(id);
    }

    @Test
    void whatTheMachineCannotHoldIsRefusedForWantOfCapacity() {
        String id = order("--instance-type m1.xlarge");
        await().atMost(BOOT)
                .until(() -> shell.run("aws ec2 describe-instances --instance-ids " + id
                                + " --query 'Reservations[0].Instances[0].StateReason.Code' --output text")
                        .equals("Server.InsufficientInstanceCapacity"));
        terminate(id);
    }

    @Test
    void nodesSayWhatRunsTheirGuests() {
        assertThat(sandbox.admin().nodes().list().getItems())
                .allSatisfy(node -> assertThat(node.getMetadata().getLabels())
                        .containsAllEntriesOf(Map.of("sandbox.nephele.io/hypervisor", "qemu"))
                        .containsKeys("sandbox.nephele.io/accelerator", "sandbox.nephele.io/accelerator-reason"));
    }
}
