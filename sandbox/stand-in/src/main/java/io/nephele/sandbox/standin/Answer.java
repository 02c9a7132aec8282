package io.nephele.sandbox.standin;

import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;

/** What the stand-in answers to a {@link Request}. */
public sealed interface Answer {

    /**
     * A body.
     *
     * @param code of HTTP
     * @param type of the body; ignored if there is none
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Content(int code, String type, byte[] body) implements Answer {}

    /**
     * The connection becomes a WebSocket, whose binary frames carry the bytes of a channel; each closes the other.
     *
     * @param protocol chosen among those that the client offers, if it is one of them
     */
    record Tunnel(String protocol, ByteChannel channel) implements Answer {}

    static Answer json(int code, String json) {
        return new Content(code, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    static Answer text(int code, String text) {
        return new Content(code, "text/plain", text.getBytes(StandardCharsets.UTF_8));
    }

    /** No body. */
    static Answer empty(int code) {
        return new Content(code, "", new byte[0]);
    }
}
