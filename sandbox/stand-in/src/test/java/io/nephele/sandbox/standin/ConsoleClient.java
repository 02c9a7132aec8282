package io.nephele.sandbox.standin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.awaitility.Awaitility.await;

import io.nephele.sandbox.controlplane.ControlPlane;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Somebody in front of the console or the screen of a guest, as KubeVirt's own clients get there: a WebSocket through the API server. */
public final class ConsoleClient implements WebSocket.Listener, AutoCloseable {

    private static final Duration SOON = Duration.ofSeconds(60);

    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private final WebSocket socket;

    /**
     * Connects.
     *
     * @param path on the API server
     * @param user who is there; the administrator if null
     */
    public ConsoleClient(HttpClient http, ControlPlane controlPlane, String path, @Nullable String user) {
        var builder = http.newWebSocketBuilder()
                .subprotocols("plain.kubevirt.io")
                .header("Authorization", "Bearer " + controlPlane.adminToken());
        if (user != null) {
            builder.header("Impersonate-User", user);
        }
        socket = builder.buildAsync(URI.create(controlPlane.url().replace("https:", "wss:") + path), this)
                .join();
    }

    public WebSocket socket() {
        return socket;
    }

    public void send(byte[] bytes) {
        socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    }

    /** Types it. */
    public void send(String text) {
        send(text.getBytes(ISO_8859_1));
    }

    /** Everything that came until now. */
    public String text() {
        return heard.toString(ISO_8859_1);
    }

    public void awaitText(String text) {
        await().atMost(SOON).until(() -> text().contains(text));
    }

    public void awaitBytes(int count) {
        await().atMost(SOON).until(() -> heard.size() >= count);
    }

    public byte[] heard(int from, int count) {
        return Arrays.copyOfRange(heard.toByteArray(), from, from + count);
    }

    /** Whether it was cut off. */
    public boolean hasEnded() {
        return ended.isDone();
    }

    public void awaitEnd() {
        await().atMost(SOON).until(ended::isDone);
    }

    @Override
    public void close() {
        socket.abort();
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
        var bytes = new byte[data.remaining()];
        data.get(bytes);
        heard.writeBytes(bytes);
        webSocket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        ended.complete("close " + statusCode);
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        ended.complete("error " + error);
    }
}
