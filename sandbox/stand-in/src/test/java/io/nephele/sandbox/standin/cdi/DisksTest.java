package io.nephele.sandbox.standin.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.sandbox.controlplane.ApiServerExtension;
import io.nephele.sandbox.controlplane.ControlPlane;
import io.nephele.sandbox.controlplane.Pki;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.HttpsEndpoint;
import io.nephele.sandbox.standin.StandInCrds;
import io.nephele.sandbox.standin.storage.DiskStore;
import io.nephele.sandbox.standin.storage.OpenDisks;
import io.nephele.sandbox.standin.storage.Qemu;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Claims with real disks, on the real API server. */
@ExtendWith(ApiServerExtension.class)
class DisksTest {

    private static final String NAMESPACE = "real-disks";

    @TempDir
    private static Path directory;

    private static KubernetesClient client;
    private static Api api;
    private static HttpsEndpoint https;
    private static Images images;
    private static Path image;
    private static Path pki;
    private static DiskStore store;
    private static Cdi cdi;

    @BeforeAll
    static void start(ControlPlane controlPlane) throws Exception {
        Qemu.assumeInstalled();
        client = controlPlane.adminClient();
        api = new Api(client);
        StandInCrds.install(client);
        images = new Images(Files.createDirectories(directory.resolve("images")));
        image = directory.resolve("images/disk.qcow2");
        Qemu.run("qemu-img", "create", "-f", "qcow2", image.toString(), "8M");
        Qemu.write(image, 7);
        pki = controlPlane.pki();
        startCdi();
        client.resource("{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"" + NAMESPACE
                        + "\"}}")
                .create();
    }

    @AfterAll
    static void stop() {
        for (var closeable :
                Stream.of(cdi, https, images, client).filter(Objects::nonNull).toList()) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void startCdi() throws Exception {
        https = new HttpsEndpoint(pki, 0);
        store = DiskStore.open(directory.resolve("disks"), Cdi.LOCAL_CLASSES, OpenDisks.NONE);
        cdi = Cdi.start(client, https, Timings.FAST, store);
    }

    @ParameterizedTest
    @ValueSource(strings = {"md5", "sha1", "sha256", "sha512"})
    void anImageIsFetchedCheckedAndBecomesADisk(String algorithm) {
        http("checked-" + algorithm, "disk.qcow2", images.checksum(algorithm, "disk.qcow2"));
        PersistentVolumeClaim claim = succeeded("checked-" + algorithm);
        assertThat(claim.getSpec().getVolumeName() + ".qcow2")
                .isEqualTo(store.file(claim).getFileName().toString());
        assertThat(Qemu.same(image, "qcow2", store.file(claim))).isTrue();
        assertThat(store.scratch()).isEmptyDirectory();
    }

    @Test
    void anImageWithAnotherChecksumEndsTheImport() {
        http("altered", "disk.qcow2", "sha256:" + "0".repeat(64));
        JsonNode failed = dataVolume("altered", status -> phase(status).equals("Failed"));
        assertThat(failed.toString())
                .contains(
                        "ChecksumError", "expected sha256:" + "0".repeat(64), images.checksum("sha256", "disk.qcow2"));
        assertThat(store.file(claim("altered"))).doesNotExist();
    }

    @Test
    void theProgressIsTheOneOfTheDownload() {
        images.middle = new CountDownLatch(1);
        http("slow", "disk.qcow2", "");
        JsonNode half =
                dataVolume("slow", status -> status.path("progress").asText().startsWith("5"));
        assertThat(phase(half)).isEqualTo("ImportInProgress");
        assertThat(store.file(claim("slow"))).doesNotExist();
        images.middle.countDown();
        succeeded("slow");
    }

    @Test
    void aDownloadThatIsCutOffIsTriedAgainUntilItIsWhole() {
        images.cutsOff = true;
        http("cut-off", "disk.qcow2", "");
        assertThat(dataVolume("cut-off", status -> status.toString().contains("Error"))
                        .toString())
                .contains("Unable to transfer source data to scratch space: unable to write to file: unexpected EOF");
        images.cutsOff = false;
        PersistentVolumeClaim claim = succeeded("cut-off");
        assertThat(Qemu.same(image, "qcow2", store.file(claim))).isTrue();
    }

    @Test
    void anImportGoesOnAfterARestartAndLeavesNothingBehind() throws Exception {
        images.middle = new CountDownLatch(1);
        http("restarted", "disk.qcow2", "");
        dataVolume("restarted", status -> status.path("progress").asText().startsWith("5"));
        PersistentVolumeClaim unneeded = plain("unneeded", "8Mi");
        Path disk = store.file(unneeded);
        assertThat(disk).exists();
        cdi.close();
        https.close();
        assertThat(store.scratch()).isEmptyDirectory();
        client.resource(unneeded).delete();
        await().until(() -> claim("unneeded") == null);
        images.middle.countDown();
        startCdi();
        assertThat(disk).doesNotExist();
        assertThat(Qemu.same(image, "qcow2", store.file(succeeded("restarted"))))
                .isTrue();
    }

    @Test
    void anImageThatPointsToAFileOfThisMachineIsRefused() {
        Qemu.run(
                "qemu-img",
                "create",
                "-f",
                "qcow2",
                "-b",
                image.toString(),
                "-F",
                "qcow2",
                directory.resolve("images/sly.qcow2").toString());
        http("sly", "sly.qcow2", "");
        assertThat(dataVolume("sly", status -> status.toString().contains("Error"))
                        .toString())
                .contains("is invalid because it has invalid backing file " + image);
        assertThat(store.file(claim("sly"))).doesNotExist();
        delete("sly");
    }

    @Test
    void anImageThatIsTooLargeIsTriedAgainForEver() {
        Qemu.run(
                "qemu-img",
                "create",
                "-f",
                "vdi",
                directory.resolve("images/large.vdi").toString(),
                "64M");
        http("large", "large.vdi", "");
        JsonNode refused =
                dataVolume("large", status -> status.toString().contains("DataVolume too small to contain image"));
        assertThat(refused.toString())
                .contains(
                        "virtual image size 67108864 is larger than the reported available storage 16777216. A larger PVC is required");
        assertThat(phase(refused)).isEqualTo("ImportInProgress");
        dataVolume("large", status -> status.path("restartCount").asInt() > 1);
        delete("large");
    }

    @Test
    void aCloneHasItsOwnDisk() {
        http("golden", "disk.qcow2", "");
        create("early", "{\"pvc\": {\"namespace\": \"%s\", \"name\": \"golden\"}}".formatted(NAMESPACE), "replicated");
        PersistentVolumeClaim golden = succeeded("golden");
        PersistentVolumeClaim early = succeeded("early");
        Qemu.write(store.file(early), 1);
        create("late", "{\"pvc\": {\"namespace\": \"%s\", \"name\": \"golden\"}}".formatted(NAMESPACE), "replicated");
        assertThat(Qemu.same(image, "qcow2", store.file(succeeded("late")))).isTrue();
        assertThat(Qemu.same(image, "qcow2", store.file(golden))).isTrue();
        delete("golden");
        assertThat(Qemu.reads(store.file(early), 1)).isTrue();
        assertThat(Qemu.same(image, "qcow2", store.file(claim("late")))).isTrue();
    }

    @Test
    void aCloneWaitsForAGuestThatHasTheDiskOpenThoughNoPodShowsIt() throws Exception {
        PersistentVolumeClaim source = plain("in-use", "8Mi");
        Process guest = Qemu.open(store.file(source));
        try {
            create(
                    "waits",
                    "{\"pvc\": {\"namespace\": \"%s\", \"name\": \"in-use\"}}".formatted(NAMESPACE),
                    "replicated");
            dataVolume("waits", status -> status.path("restartCount").asInt() > 1);
        } finally {
            guest.destroy();
        }
        succeeded("waits");
    }

    @Test
    void localStorageIsMadeOnTheNodeThatIsChosen() {
        create("on-node", "{\"blank\": {}}", "local");
        dataVolume("on-node", status -> phase(status).equals("PendingPopulation"));
        assertThat(store.file(claim("on-node"))).doesNotExist();
        client.persistentVolumeClaims()
                .inNamespace(NAMESPACE)
                .withName("on-node")
                .edit(claim -> {
                    claim.getMetadata().getAnnotations().put("volume.kubernetes.io/selected-node", "node-2");
                    return claim;
                });
        assertThat(store.file(succeeded("on-node")).getParent()).endsWith(Path.of("local/node-2"));
    }

    @Test
    void aClaimWithoutADataVolumeHasAnEmptyDiskAndGrows() {
        PersistentVolumeClaim claim = plain("grows", "8Mi");
        assertThat(size(store.file(claim))).isEqualTo(8 << 20);
        client.persistentVolumeClaims().inNamespace(NAMESPACE).withName("grows").edit(bound -> {
            bound.getSpec().getResources().getRequests().put("storage", new Quantity("32Mi"));
            return bound;
        });
        await().atMost(Duration.ofSeconds(20))
                .until(() ->
                        claim("grows").getStatus().getCapacity().get("storage").equals(new Quantity("32Mi")));
        assertThat(size(store.file(claim))).isEqualTo(32 << 20);
    }

    @Test
    void aDiskGoesWithItsClaim() {
        create("goes", "{\"blank\": {}}", "replicated");
        Path disk = store.file(succeeded("goes"));
        assertThat(disk).exists();
        delete("goes");
        await().until(() -> Files.notExists(disk));
    }

    @Test
    void anImportEndsWithItsClaim() {
        images.middle = new CountDownLatch(1);
        http("given-up", "disk.qcow2", "");
        dataVolume("given-up", status -> status.path("progress").asText().startsWith("5"));
        delete("given-up");
        await().untilAsserted(() -> assertThat(store.scratch()).isEmptyDirectory());
        images.middle.countDown();
    }

    @Test
    void anUploadBecomesADisk() throws Exception {
        create("uploaded", "{\"upload\": {}}", "replicated");
        String token = token("uploaded");
        assertThat(upload("/v1beta1/upload", "rubbish.rubbish.rubbish", image).statusCode())
                .isEqualTo(401);
        Path large = directory.resolve("large.qcow2");
        Qemu.run("qemu-img", "create", "-f", "qcow2", large.toString(), "64M");
        HttpResponse<String> refused = upload("/v1beta1/upload", token, large);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body())
                .isEqualTo(
                        "Saving stream failed: effective image size is larger than the reported available storage: Unable to convert source data to target format: virtual image size 67108864 is larger than the reported available storage 16777216. A larger PVC is required");
        assertThat(claim("uploaded").getMetadata().getAnnotations())
                .containsEntry("cdi.kubevirt.io/storage.pod.ready", "true");
        assertThat(upload("/v1beta1/upload", token, image).statusCode()).isEqualTo(200);
        assertThat(Qemu.same(image, "qcow2", store.file(succeeded("uploaded")))).isTrue();
        assertThat(store.scratch()).isEmptyDirectory();
    }

    @Test
    void anUploadThatBreaksOffIsNoDiskAndAnotherOneIsTaken() throws Exception {
        create("broken-off", "{\"upload\": {}}", "replicated");
        String token = token("broken-off");
        InputStream broken = InputStream.nullInputStream();
        broken.close();
        var half = new SequenceInputStream(new ByteArrayInputStream(new byte[1 << 18]), broken);
        assertThatThrownBy(() -> upload("/v1beta1/upload", token, HttpRequest.BodyPublishers.ofInputStream(() -> half)))
                .isInstanceOf(IOException.class);
        // It is noticed when the connection is.
        await().until(() -> upload("/v1beta1/upload", token, image).statusCode() == 200);
        assertThat(Qemu.same(image, "qcow2", store.file(succeeded("broken-off"))))
                .isTrue();
        await().untilAsserted(() -> assertThat(store.scratch()).isEmptyDirectory());
    }

    @Test
    void aClaimThatIsDeletedIsMadeAndFilledAgain() {
        http("again", "disk.qcow2", "");
        PersistentVolumeClaim first = succeeded("again");
        Path disk = store.file(first);
        Qemu.write(disk, 1);
        client.resource(first).delete();
        PersistentVolumeClaim second = await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> claim("again"),
                        claim -> claim != null
                                && Claims.isBound(claim)
                                && !claim.getMetadata()
                                        .getUid()
                                        .equals(first.getMetadata().getUid()));
        assertThat(Qemu.same(image, "qcow2", store.file(second))).isTrue();
        await().until(() -> Files.notExists(disk));
    }

    @Test
    void anUploadIsProcessedBehindIfTheClientDoesNotWait() throws Exception {
        create("uploaded-async", "{\"upload\": {}}", "replicated");
        assertThat(upload("/v1beta1/upload-async", token("uploaded-async"), image)
                        .statusCode())
                .isEqualTo(200);
        assertThat(Qemu.same(image, "qcow2", store.file(succeeded("uploaded-async"))))
                .isTrue();
        HttpResponse<String> nowhere = upload("/v1beta1/upload", token("is-not-there"), image);
        assertThat(nowhere.statusCode()).isEqualTo(503);
        assertThat(nowhere.body()).isEqualTo("rejecting Upload Request for PVC is-not-there that doesn&#39;t exist");
    }

    /** The API server takes a moment to find an aggregated API. */
    private static String token(String claim) {
        var request = api.object();
        request.put("apiVersion", "upload.cdi.kubevirt.io/v1beta1").put("kind", "UploadTokenRequest");
        request.putObject("metadata").put("name", claim);
        request.putObject("spec").put("pvcName", claim);
        String path = "/apis/upload.cdi.kubevirt.io/v1beta1/namespaces/" + NAMESPACE + "/uploadtokenrequests";
        String answer = await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> client.raw(path, "POST", request), Objects::nonNull);
        return api.parse(answer).at("/status/token").asText();
    }

    private static HttpResponse<String> upload(String path, String token, Path body) throws Exception {
        return upload(path, token, HttpRequest.BodyPublishers.ofFile(body));
    }

    private static HttpResponse<String> upload(String path, String token, HttpRequest.BodyPublisher body)
            throws Exception {
        try (var http =
                HttpClient.newBuilder().sslContext(new Pki(pki).clientContext()).build()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create(https.url() + path))
                            .header("Authorization", "Bearer " + token)
                            .POST(body)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static void http(String name, String file, String checksum) {
        String more = checksum.isEmpty() ? "" : ", \"checksum\": \"" + checksum + "\"";
        create(name, "{\"http\": {\"url\": \"%s\"%s}}".formatted(images.url(file), more), "replicated");
    }

    private static void create(String name, String source, String storageClass) {
        client.resource("""
                {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataVolume", "metadata": {"name": "%s", "namespace": "%s"},
                 "spec": {"source": %s, "storage": {"storageClassName": "%s", "resources": {"requests": {"storage": "16Mi"}}}}}
                """.formatted(name, NAMESPACE, source, storageClass)).create();
    }

    private static PersistentVolumeClaim plain(String name, String size) {
        client.resource("""
                {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "%s", "namespace": "%s"},
                 "spec": {"storageClassName": "replicated", "accessModes": ["ReadWriteMany"], "volumeMode": "Block",
                  "resources": {"requests": {"storage": "%s"}}}}
                """.formatted(name, NAMESPACE, size)).create();
        return bound(name);
    }

    private static void delete(String name) {
        client.genericKubernetesResources(Cdi.DATA_VOLUME.context())
                .inNamespace(NAMESPACE)
                .withName(name)
                .delete();
        // As the garbage collector does, which takes half a minute to learn of a new kind.
        client.persistentVolumeClaims().inNamespace(NAMESPACE).withName(name).delete();
        await().until(() -> claim(name) == null);
    }

    private static PersistentVolumeClaim succeeded(String name) {
        dataVolume(name, status -> phase(status).equals("Succeeded"));
        return bound(name);
    }

    private static PersistentVolumeClaim bound(String name) {
        return await().atMost(Duration.ofSeconds(20)).until(() -> claim(name), Claims::isBound);
    }

    private static JsonNode dataVolume(String name, Predicate<JsonNode> wanted) {
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> {
                            GenericKubernetesResource found = api.resource(Cdi.DATA_VOLUME, NAMESPACE, name)
                                    .get();
                            return api.tree(found).path("status");
                        },
                        wanted);
    }

    private static String phase(JsonNode status) {
        return status.path("phase").asText();
    }

    private static PersistentVolumeClaim claim(String name) {
        return client.persistentVolumeClaims()
                .inNamespace(NAMESPACE)
                .withName(name)
                .get();
    }

    private static long size(Path disk) {
        return api.parse(Qemu.run("qemu-img", "info", "--output=json", disk.toString()))
                .path("virtual-size")
                .asLong();
    }
}
