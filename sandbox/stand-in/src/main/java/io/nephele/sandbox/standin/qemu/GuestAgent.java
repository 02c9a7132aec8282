package io.nephele.sandbox.standin.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/** The QEMU guest agent of a guest. It says nothing by itself, and answers one caller at a time. */
final class GuestAgent {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** Ends what a delimited sync answers, and what was left unread before it. */
    private static final byte DELIMITER = (byte) 0xff;

    private final Path socket;
    private final ReentrantLock lock = new ReentrantLock();

    GuestAgent(Path socket) {
        this.socket = socket;
    }

    JsonNode execute(String command) throws IOException {
        return execute(command, JSON.createObjectNode());
    }

    /**
     * Runs a command in the guest and returns what it returned.
     *
     * @throws IOException if the agent refuses, in its words, or does not answer in ten seconds
     */
    JsonNode execute(String command, ObjectNode arguments) throws IOException {
        lock.lock();
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            Thread watch = Thread.startVirtualThread(() -> closeAfterLimit(channel));
            try {
                synchronize(channel);
                ObjectNode message = JSON.createObjectNode().put("execute", command);
                message.set("arguments", arguments);
                write(channel, message.toString());
                JsonNode reply = JSON.readTree(read(channel, (byte) '\n'));
                if (reply.has("error")) {
                    throw new IOException(
                            command + ": " + reply.path("error").path("desc").asText());
                }
                return reply.path("return");
            } finally {
                watch.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Runs a command that ends the agent before it could answer. */
    void tell(String command, ObjectNode arguments) throws IOException {
        lock.lock();
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ObjectNode message = JSON.createObjectNode().put("execute", command);
            message.set("arguments", arguments);
            write(channel, message.toString());
        } finally {
            lock.unlock();
        }
    }

    private static void closeAfterLimit(SocketChannel channel) {
        try {
            Thread.sleep(LIMIT);
            channel.close();
        } catch (InterruptedException answered) {
            // In time.
        } catch (IOException closed) {
            // As it should be.
        }
    }

    /** What an earlier caller has not read is read away. */
    private static void synchronize(SocketChannel channel) throws IOException {
        int id = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
        channel.write(ByteBuffer.wrap(new byte[] {DELIMITER}));
        write(channel, "{\"execute\": \"guest-sync-delimited\", \"arguments\": {\"id\": " + id + "}}");
        read(channel, DELIMITER);
        while (JSON.readTree(read(channel, (byte) '\n')).path("return").asInt() != id) {
            read(channel, DELIMITER);
        }
    }

    private static void write(SocketChannel channel, String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static byte[] read(SocketChannel channel, byte end) throws IOException {
        var line = new ByteArrayOutputStream();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (channel.read(one.clear()) == 1) {
            if (one.get(0) == end) {
                return line.toByteArray();
            }
            line.write(one.get(0));
        }
        throw new IOException("The guest agent does not answer");
    }
}
