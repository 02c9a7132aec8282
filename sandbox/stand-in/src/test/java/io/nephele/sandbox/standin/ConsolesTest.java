package io.nephele.sandbox.standin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.sandbox.controlplane.ApiServerExtension;
import io.nephele.sandbox.controlplane.ControlPlane;
import io.nephele.sandbox.controlplane.Pki;
import io.nephele.sandbox.standin.cdi.Cdi;
import io.nephele.sandbox.standin.kubevirt.KubeVirt;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Console and screen of a guest, through the real API server, as KubeVirt's own clients get to them. */
@ExtendWith(ApiServerExtension.class)
class ConsolesTest {

    private static final Api.Kind VM = new Api.Kind("kubevirt.io", "v1", "VirtualMachine", "virtualmachines");
    private static final String GUESTS =
            "/apis/subresources.kubevirt.io/v1/namespaces/consoles/virtualmachineinstances/";
    private static final Duration SOON = Duration.ofSeconds(20);

    private static ControlPlane controlPlane;
    private static KubernetesClient client;
    private static Api api;
    private static HttpsEndpoint https;
    private static Cdi cdi;
    private static KubeVirt kubeVirt;
    private static HttpClient http;

    @BeforeAll
    static void start(ControlPlane running) throws Exception {
        controlPlane = running;
        client = running.adminClient();
        api = new Api(client);
        StandInCrds.install(client);
        https = new HttpsEndpoint(running.pki(), 0);
        cdi = Cdi.start(client, https, io.nephele.sandbox.standin.cdi.Timings.FAST);
        kubeVirt = KubeVirt.start(client, https, io.nephele.sandbox.standin.kubevirt.Timings.FAST);
        http = HttpClient.newBuilder()
                .sslContext(new Pki(running.pki()).clientContext())
                .build();
        client.resource("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: consoles}
                """).create();
        start("guest", "");
        // The API server takes a moment to find an aggregated API.
        await().atMost(SOON).until(() -> get("guest/vnc/screenshot", null).statusCode() == 200);
    }

    @AfterAll
    static void stop() {
        http.close();
        kubeVirt.close();
        cdi.close();
        https.close();
        client.close();
    }

    @Test
    void theConsoleShowsWhatTheGuestWritesAndTakesWhatIsTyped() {
        var console = look("guest/console", null);
        console.awaitText("guest login: ");
        console.send("root\r".getBytes(ISO_8859_1));
        console.awaitText("guest login: root\r\n");
        assertThat(console.socket().getSubprotocol()).isEqualTo("plain.kubevirt.io");
        console.socket().sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        console.awaitEnd();
    }

    @Test
    void aSecondClientTakesTheConsoleOverFromTheFirst() {
        start("sought", "");
        var first = look("sought/console", null);
        first.awaitText("login: ");
        var second = look("sought/console", null);
        first.awaitEnd();
        second.awaitText("login: ");
        second.send("here".getBytes(ISO_8859_1));
        second.awaitText("login: here");
        assertThat(second.hasEnded()).isFalse();

        var screen = look("sought/vnc", null);
        screen.awaitText("RFB 003.008\n");
        assertThat(second.hasEnded()).isFalse();
        HttpResponse<byte[]> preserved = get("sought/vnc?preserveSession=true", null);
        assertThat(preserved.statusCode()).isEqualTo(500);
        assertThat(text(preserved)).contains("Active VNC connection. Request denied.");
        assertThat(screen.hasEnded()).isFalse();
        second.close();
        screen.close();
    }

    @Test
    void consoleAndScreenEndWithTheGuest() {
        start("shortlived", "");
        var console = look("shortlived/console", null);
        var screen = look("shortlived/vnc", null);
        console.awaitText("login: ");
        screen.awaitText("RFB");
        runStrategy("shortlived", "Halted");
        console.awaitEnd();
        screen.awaitEnd();
        await().atMost(SOON).until(() -> get("shortlived/console", null).statusCode() == 404);
    }

    @Test
    void aVncClientSeesTheScreenInThePixelsThatItAsksFor() {
        var screen = look("guest/vnc", null);
        screen.awaitText("RFB 003.008\n");
        screen.send("RFB 003.008\n".getBytes(ISO_8859_1));
        screen.awaitBytes(12 + 2);
        assertThat(screen.heard(12, 2)).containsExactly(1, 1);
        screen.send(new byte[] {1});
        screen.send(new byte[] {1});
        int init = 12 + 2 + 4;
        screen.awaitBytes(init + 24 + "guest".length());
        var parameters = ByteBuffer.wrap(screen.heard(init, 24));
        assertThat(parameters.getShort()).isEqualTo((short) 640);
        assertThat(parameters.getShort()).isEqualTo((short) 400);
        assertThat(new String(screen.heard(init + 24, 5), ISO_8859_1)).isEqualTo("guest");

        // 16 bits, big endian, 5 of red, 6 of green, 5 of blue; then the upper left corner.
        screen.send(new byte[] {0, 0, 0, 0, 16, 16, 1, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0});
        screen.send(new byte[] {3, 0, 0, 0, 0, 0, 0, 100, 0, 20});
        int update = init + 24 + 5;
        screen.awaitBytes(update + 16 + 100 * 20 * 2);
        assertThat(screen.heard(update, 16)).containsExactly(0, 0, 0, 1, 0, 0, 0, 0, 0, 100, 0, 20, 0, 0, 0, 0);
        byte[] pixels = screen.heard(update + 16, 100 * 20 * 2);
        assertThat(List.of(pixels[0], pixels[1])).as("the corner is black").containsExactly((byte) 0, (byte) 0);
        assertThat(new String(pixels, ISO_8859_1))
                .as("something is written there")
                .containsPattern("[^\0]");
        screen.close();
    }

    @Test
    void aScreenshotIsAPictureOfTheScreen() throws Exception {
        HttpResponse<byte[]> screenshot = get("guest/vnc/screenshot", null);
        assertThat(screenshot.headers().firstValue("Content-Type")).hasValue("image/png");
        var picture = ImageIO.read(new ByteArrayInputStream(screenshot.body()));
        assertThat(picture.getWidth()).isEqualTo(640);
        assertThat(picture.getHeight()).isEqualTo(400);
        assertThat(Arrays.stream(picture.getRGB(0, 0, 640, 400, null, 0, 640)).distinct())
                .as("something is written on it")
                .hasSizeGreaterThan(1);
    }

    @Test
    void whatIsNotThereIsRefusedInTheWordsOfKubeVirt() {
        start("bare", "autoattachSerialConsole: false, autoattachGraphicsDevice: false, ");
        assertThat(get("nobody/console", null).statusCode()).isEqualTo(404);
        assertThat(text(get("nobody/vnc", null)))
                .contains("virtualmachineinstance.kubevirt.io \\\"nobody\\\" not found");
        assertThat(text(get("nobody/vnc/screenshot", null)))
                .isEqualTo("virtualmachineinstance.kubevirt.io \"nobody\" not found");
        assertThat(get("bare/console", null).statusCode()).isEqualTo(400);
        assertThat(text(get("bare/console", null))).contains("No serial consoles are present.");
        assertThat(get("bare/vnc", null).statusCode()).isEqualTo(400);
        assertThat(text(get("bare/vnc", null))).contains("No graphics devices are present.");
        assertThat(get("bare/vnc/screenshot", null).statusCode()).isEqualTo(500);
        assertThat(get("guest/console", null).statusCode()).as("no WebSocket").isEqualTo(400);

        create("homeless", "", "no-such-disk");
        await().atMost(SOON).until(() -> get("homeless/console", null).statusCode() == 400);
        assertThat(text(get("homeless/console", null))).contains("VMI is not running");
        assertThat(text(get("homeless/vnc/screenshot", null))).isEqualTo("VMI is not running");
    }

    @Test
    void whoLooksNeedsTheRightTo() throws Exception {
        for (String verb : List.of("console", "vnc", "vnc/screenshot")) {
            assertThat(get("guest/" + verb, "mallory").statusCode()).as(verb).isEqualTo(403);
        }
        allow("watcher", "virtualmachineinstances/vnc/screenshot");
        allow("viewer", "virtualmachineinstances/vnc");
        // The API server reads roles from a cache.
        await().atMost(SOON).until(() -> get("guest/vnc/screenshot", "viewer").statusCode() == 401);
        var screen = look("guest/vnc", "viewer");
        screen.awaitText("RFB");
        screen.close();
        allow("both", "virtualmachineinstances/vnc, virtualmachineinstances/vnc/screenshot");
        await().atMost(SOON).until(() -> get("guest/vnc/screenshot", "both").statusCode() == 200);
        assertThat(get("guest/console", "both").statusCode()).isEqualTo(403);
        assertThat(get("guest/vnc/screenshot", "watcher").statusCode())
                .as("the API server knows of no subresource below another: it asks for vnc")
                .isEqualTo(403);

        var forged = HttpRequest.newBuilder(URI.create(https.url() + GUESTS + "guest/vnc/screenshot"))
                .header("X-Remote-User", "admin")
                .header("X-Remote-Group", "system:masters")
                .build();
        assertThat(http.send(forged, BodyHandlers.ofString()).statusCode())
                .as("only the API server may say who asks")
                .isEqualTo(401);
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), ISO_8859_1);
    }

    private static HttpResponse<byte[]> get(String path, @Nullable String user) {
        var request = HttpRequest.newBuilder(URI.create(controlPlane.url() + GUESTS + path))
                .header("Authorization", "Bearer " + controlPlane.adminToken());
        if (user != null) {
            request.header("Impersonate-User", user);
        }
        return http.sendAsync(request.build(), BodyHandlers.ofByteArray()).join();
    }

    private static ConsoleClient look(String path, @Nullable String user) {
        return new ConsoleClient(http, controlPlane, GUESTS + path, user);
    }

    private static void start(String name, String devices) {
        client.resource("""
                apiVersion: cdi.kubevirt.io/v1beta1
                kind: DataVolume
                metadata: {name: %s, namespace: consoles}
                spec:
                  source: {blank: {}}
                  storage: {resources: {requests: {storage: 1Gi}}}
                """.formatted(name)).create();
        create(name, devices, name);
        await().atMost(SOON)
                .until(() -> "Running"
                        .equals(api.resource(VM, "consoles", name).get().get("status", "printableStatus")));
    }

    private static void create(String name, String devices, String disk) {
        client.resource("""
                apiVersion: kubevirt.io/v1
                kind: VirtualMachine
                metadata: {name: %s, namespace: consoles}
                spec:
                  runStrategy: RerunOnFailure
                  template:
                    spec:
                      domain:
                        cpu: {sockets: 1}
                        memory: {guest: 512Mi}
                        devices: {%s disks: [{name: root, disk: {bus: virtio}}]}
                      volumes: [{name: root, dataVolume: {name: %s}}]
                """.formatted(name, devices, disk)).create();
    }

    private static void runStrategy(String name, String strategy) {
        api.patch(VM, "consoles", name, (com.fasterxml.jackson.databind.node.ObjectNode)
                api.parse("{\"spec\":{\"runStrategy\":\"" + strategy + "\"}}"));
    }

    private static void allow(String user, String resources) {
        client.resource("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: %s, namespace: consoles}
                rules: [{apiGroups: [subresources.kubevirt.io], resources: [%s], verbs: [get]}]
                """.formatted(user, resources)).create();
        client.resource("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: %1$s, namespace: consoles}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: %1$s}
                subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: %1$s}]
                """.formatted(user)).create();
    }
}
