package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the README's first screen promises, typed into a shell. */
@ExtendWith(SandboxExtension.class)
class ReadmeTest {

    @TempDir
    Path scratch;

    @Test
    void anAwsUserGetsAPersistentVm(Sandbox sandbox) throws Exception {
        var shell = new Shell(sandbox, scratch);

        shell.run("aws ec2 create-key-pair --key-name readme --query KeyMaterial --output text > %s/readme.pem"
                .formatted(scratch));
        assertThat(Files.readString(scratch.resolve("readme.pem"))).startsWith("-----BEGIN RSA PRIVATE KEY-----");

        String id = shell.run(
                "aws ec2 run-instances --image-id $(aws ec2 describe-images --filters Name=name,Values=tiny --query 'Images[0].ImageId' --output text)"
                        + " --instance-type t1.tiny --key-name readme --query 'Instances[0].InstanceId' --output text");
        assertThat(id).matches("i-[0-9a-f]{17}");
        shell.run("aws ec2 wait instance-running --instance-ids " + id);
        assertThat(state(shell, id)).isEqualTo("running");
        assertThat(shell.run("kubectl get nephele -A")).contains(id).contains("Running");

        shell.run("aws ec2 stop-instances --instance-ids " + id);
        shell.run("aws ec2 wait instance-stopped --instance-ids " + id);
        shell.run("aws ec2 start-instances --instance-ids " + id);
        shell.run("aws ec2 wait instance-running --instance-ids " + id);
        assertThat(shell.run("aws ec2 get-console-output --output text --query Output --latest --instance-id " + id))
                .isNotBlank();

        String volume = shell.run("aws ec2 describe-instances --output text --instance-ids " + id
                + " --query 'Reservations[0].Instances[0].BlockDeviceMappings[0].Ebs.VolumeId'");
        shell.run("aws ec2 terminate-instances --instance-ids " + id);
        shell.run("aws ec2 wait instance-terminated --instance-ids " + id);
        assertThat(state(shell, id)).isEqualTo("terminated");
        assertNothingIsLeft(shell, id, volume);
        shell.run("aws ec2 delete-key-pair --key-name readme");
    }

    @Test
    void aKubectlUserGetsOneToo(Sandbox sandbox) {
        var shell = new Shell(sandbox, scratch);

        shell.run("kubectl apply -f docs/examples/instance.yaml");
        shell.run("kubectl -n demo wait instance/web --for=condition=Ready --timeout=120s");
        assertThat(shell.run("kubectl -n demo get instance web -o jsonpath='{.status.state}'"))
                .isEqualTo("Running");
        assertThat(shell.run("aws ec2 describe-instances --filters Name=instance-state-name,Values=running"
                        + " --query 'Reservations[].Instances[].InstanceId' --output text"))
                .contains(shell.run("kubectl -n demo get instance web -o jsonpath='{.status.instanceId}'"));

        String volume = shell.run("kubectl -n demo get instance web -o jsonpath='{.status.rootVolume}'");
        shell.run("kubectl -n demo delete instance web --timeout=120s");
        assertNothingIsLeft(shell, "/web", volume);
    }

    /** The claim goes last: the garbage collector follows the DataVolume. */
    private static void assertNothingIsLeft(Shell shell, String id, String volume) {
        assertThat(volume).matches("vol-[0-9a-f]{17}");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(shell.run("kubectl -n demo get volumes.nephele.io,vm,vmi,dv,pvc,pod -o name"))
                                .doesNotContain(id)
                                .doesNotContain(volume));
    }

    private static String state(Shell shell, String id) {
        return shell.run("aws ec2 describe-instances --instance-ids " + id
                + " --query 'Reservations[0].Instances[0].State.Name' --output text");
    }
}
