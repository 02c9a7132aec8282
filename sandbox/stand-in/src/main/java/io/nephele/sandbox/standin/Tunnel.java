package io.nephele.sandbox.standin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.concurrent.CompletionException;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;

/**
 * A WebSocket that carries the bytes of a channel in binary frames. When the channel ends the client is cut off without a word, as by KubeVirt: so its clients know that it was not they who
 * ended it. Public, since the server must see its methods.
 */
public final class Tunnel implements Session.Listener.AutoDemanding {

    /** Of a frame, as KubeVirt cuts them. */
    private static final int MAX_BYTES = 10240;

    private final ByteChannel channel;

    Tunnel(ByteChannel channel) {
        this.channel = channel;
    }

    @Override
    public void onWebSocketOpen(Session session) {
        Thread.ofVirtual().name("tunnel").start(() -> toClient(session));
    }

    private void toClient(Session session) {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
        try (channel) {
            while (channel.read(bytes) >= 0) {
                var sent = new Callback.Completable();
                session.sendBinary(bytes.flip(), sent);
                sent.join();
                bytes.clear();
            }
        } catch (IOException | CompletionException e) {
            // One of the two has gone, and the other follows.
        } finally {
            session.disconnect();
        }
    }

    /** The next frame is read when this one is written: who types faster than the guest reads has to wait. */
    @Override
    public void onWebSocketPartialBinary(ByteBuffer payload, boolean last, Callback callback) {
        try {
            while (payload.hasRemaining()) {
                channel.write(payload);
            }
            callback.succeed();
        } catch (IOException e) {
            callback.fail(e);
        }
    }

    @Override
    public void onWebSocketError(Throwable cause) {
        end();
    }

    @Override
    public void onWebSocketClose(int status, String reason, Callback callback) {
        end();
        callback.succeed();
    }

    private void end() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
