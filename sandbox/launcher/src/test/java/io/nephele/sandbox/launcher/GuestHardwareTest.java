package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.nephele.sandbox.controlplane.Pki;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is plugged into a machine while it runs, and a machine whose disk its user has brought. */
@ExtendWith(SandboxExtension.WithGuests.class)
class GuestHardwareTest {

    private static final PatchContext MERGE =
            new PatchContext.Builder().withPatchType(PatchType.JSON_MERGE).build();

    @TempDir
    static Path directory;

    private static TinyVm imported;
    private static TinyVm uploaded;

    @BeforeAll
    static void start(Sandbox sandbox) throws Exception {
        var ssh = Ssh.withNewKey(new Shell(sandbox, directory));
        imported = TinyVm.start(ssh, "imported", "1Gi");
        TinyVm.dataVolume(ssh, "uploaded-root", "{upload: {}}", "1Gi");
        Path image = GuestImages.tinyFolder(Settings.sourceTree()).resolve("disk.qcow2");
        assertThat(upload(sandbox, "uploaded-root", image)).isEqualTo(200);
        uploaded = TinyVm.startOn(ssh, "uploaded", "192Mi");
    }

    @AfterAll
    static void delete() {
        imported.close();
        uploaded.close();
    }

    /** As virtctl does it: with a token for the claim, to CDI's proxy, which is here where CDI's other servers are. Returns the HTTP status. */
    private static int upload(Sandbox sandbox, String claim, Path image) throws Exception {
        Map<String, ?> request = Map.of(
                "apiVersion",
                "upload.cdi.kubevirt.io/v1beta1",
                "kind",
                "UploadTokenRequest",
                "metadata",
                Map.of("name", claim),
                "spec",
                Map.of("pvcName", claim));
        String path = "/apis/upload.cdi.kubevirt.io/v1beta1/namespaces/" + TinyVm.NAMESPACE + "/uploadtokenrequests";
        String token = sandbox.admin()
                .getKubernetesSerialization()
                .unmarshal(sandbox.admin().raw(path, "POST", request), GenericKubernetesResource.class)
                .get("status", "token");
        GenericKubernetesResource service = sandbox.admin()
                .genericKubernetesResources("apiregistration.k8s.io/v1", "APIService")
                .withName("v1beta1.upload.cdi.kubevirt.io")
                .require();
        var post = HttpRequest.newBuilder(URI.create(
                        "https://127.0.0.1:" + service.<Integer>get("spec", "service", "port") + "/v1beta1/upload"))
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.ofFile(image));
        var trusting = new Pki(sandbox.controlPlane().pki()).clientContext();
        try (var http = HttpClient.newBuilder().sslContext(trusting).build()) {
            return http.send(post.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    @Test
    void aMachineBootsFromAnImageThatWasUploaded() {
        assertThat(uploaded.run("hostname")).isEqualTo("uploaded");
        await().atMost(Duration.ofSeconds(30)).until(() -> address(uploaded).startsWith("10.244."));
    }

    /** As the agent of the guest tells it; nothing before it does. */
    private static String address(TinyVm vm) {
        GenericKubernetesResource vmi = Objects.requireNonNull(vm.vmi());
        String source = vmi.get("status", "interfaces", 0, "infoSource");
        return "domain, guest-agent".equals(source) ? vmi.get("status", "interfaces", 0, "ipAddress") : "";
    }

    @Test
    void aDiskIsPluggedFromOneRunningMachineIntoAnother() {
        TinyVm.dataVolume(imported.ssh(), "data", "{blank: {}}", "64Mi");
        assertThat(devices(imported)).isEmpty();

        plugIn(imported);
        String device = devices(imported);
        assertThat(imported.run("cat /sys/block/" + device + "/size")).isEqualTo(Long.toString((64L << 20) / 512));
        imported.run("sudo sh -c \"mke2fs -q -F /dev/" + device + " && mount /dev/" + device
                + " /mnt && echo kept > /mnt/marker && umount /mnt\"");
        plugOut(imported);
        assertThat(imported.run("ls /sys/block")).doesNotContain(device);

        plugIn(uploaded);
        assertThat(uploaded.run(
                        "sudo sh -c \"mount /dev/" + devices(uploaded) + " /mnt && cat /mnt/marker; umount /mnt\""))
                .isEqualTo("kept");
        plugOut(uploaded);
    }

    /** The block devices that have the serial number of the disk. */
    private static String devices(TinyVm vm) {
        return vm.run("cd /sys/block; for disk in *; do grep -qsx data-1 $disk/serial && echo $disk; done; true");
    }

    private static void plugIn(TinyVm vm) {
        vm.order(
                "addvolume",
                Map.of(
                        "name", "data",
                        "disk", Map.of("serial", "data-1", "disk", Map.of("bus", "scsi")),
                        "volumeSource", Map.of("dataVolume", Map.of("name", "data"))));
        await().atMost(Ssh.BOOT).until(() -> phase(vm).equals("Ready"));
        await().atMost(Ssh.BOOT).until(() -> !devices(vm).isEmpty());
    }

    private static void plugOut(TinyVm vm) {
        vm.order("removevolume", Map.of("name", "data"));
        await().atMost(Ssh.BOOT).until(() -> phase(vm).isEmpty());
        assertThat(devices(vm)).isEmpty();
    }

    /** Of the plugged disk; nothing if the VMI knows of none. */
    private static String phase(TinyVm vm) {
        GenericKubernetesResource vmi = vm.vmi();
        List<Map<String, Object>> volumes = vmi == null ? null : vmi.get("status", "volumeStatus");
        return volumes == null
                ? ""
                : volumes.stream()
                        .filter(volume -> "data".equals(volume.get("name")))
                        .map(volume -> String.valueOf(volume.get("phase")))
                        .findFirst()
                        .orElse("");
    }

    @Test
    void aRunningMachineGetsAProcessorAndMemory() throws Exception {
        imported.awaitUp();
        String uid = imported.uid();
        long before = memoryKib();
        assertThat(imported.run("nproc")).isEqualTo("1");

        imported.vm().patch(MERGE, """
                {"spec": {"template": {"spec": {"domain": {"cpu": {"sockets": 2}, "memory": {"guest": "1280Mi"}}}}}}
                """);
        await().atMost(Ssh.BOOT).until(() -> sockets() == 2);
        assertThat(imported.run("cat /sys/devices/system/cpu/present")).isEqualTo("0-1");
        // A distribution has a rule of udev for this.
        imported.run("for part in /sys/devices/system/cpu/cpu[1-9] /sys/devices/system/memory/memory*;"
                + " do echo 1 | sudo tee $part/online; done");
        assertThat(imported.run("nproc")).isEqualTo("2");
        assertThat(memoryKib() - before).isEqualTo(256 << 10);
        assertThat(imported.uid()).isEqualTo(uid);
        assertThat(imported.is("RestartRequired")).isFalse();
    }

    private static int sockets() {
        return Objects.requireNonNull(imported.vmi()).get("status", "currentCPUTopology", "sockets");
    }

    private static long memoryKib() {
        return Long.parseLong(imported.run("awk \"/MemTotal/ { print \\$2 }\" /proc/meminfo"));
    }
}
