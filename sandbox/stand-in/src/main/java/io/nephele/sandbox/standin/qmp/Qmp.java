package io.nephele.sandbox.standin.qmp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A connection to QEMU's monitor (QMP). Replies are told from events: an event may come before the reply of the command that caused it. */
public final class Qmp implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long REPLY_SECONDS = 30;

    private final SocketChannel channel;
    private final Consumer<JsonNode> events;
    private final Map<Long, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong serial = new AtomicLong();
    private final Thread reader;

    /** Connects to a QEMU that listens on a unix socket; otherwise as {@link #Qmp}. */
    public static Qmp connect(Path socket, Consumer<JsonNode> events) throws IOException {
        return new Qmp(SocketChannel.open(UnixDomainSocketAddress.of(socket)), events);
    }

    /**
     * Leaves negotiation mode.
     *
     * @param channel is connected to QEMU, and closed with this
     * @param events is told every event, in their order, and must not wait for a reply
     */
    @SuppressWarnings("ThreadStartInConstructor")
    public Qmp(SocketChannel channel, Consumer<JsonNode> events) throws IOException {
        this.events = events;
        this.channel = channel;
        reader = Thread.ofVirtual().name("qmp").start(this::read);
        execute("qmp_capabilities", JSON.createObjectNode());
    }

    /** An object for arguments, empty. */
    public static ObjectNode arguments() {
        return JSON.createObjectNode();
    }

    /** Runs a command without arguments; otherwise as {@link #execute(String, ObjectNode)}. */
    public JsonNode execute(String command) throws IOException {
        return execute(command, arguments());
    }

    /**
     * Runs a command and returns what it returned.
     *
     * @throws IOException if QEMU refuses, in its words, or is gone
     */
    public JsonNode execute(String command, ObjectNode arguments) throws IOException {
        long id = serial.incrementAndGet();
        var reply = new CompletableFuture<JsonNode>();
        waiting.put(id, reply);
        ObjectNode message = JSON.createObjectNode().put("execute", command).put("id", id);
        message.set("arguments", arguments);
        try {
            if (!reader.isAlive()) {
                throw new IOException("QEMU is gone");
            }
            send(message);
            JsonNode answer = reply.get(REPLY_SECONDS, TimeUnit.SECONDS);
            if (answer.has("error")) {
                throw new IOException(
                        command + ": " + answer.path("error").path("desc").asText());
            }
            return answer.path("return");
        } catch (ExecutionException e) {
            throw new IllegalStateException("Replies are never exceptions", e);
        } catch (TimeoutException e) {
            throw new IOException(command + ": no reply in " + REPLY_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            waiting.remove(id);
        }
    }

    /** Runs a line of the human monitor, which alone knows some things, and returns what it prints. */
    public String human(String line) throws IOException {
        return execute("human-monitor-command", arguments().put("command-line", line))
                .asText();
    }

    private synchronized void send(JsonNode message) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((message + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private void read() {
        try (var lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                take(JSON.readTree(line));
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("QMP speaks JSON", e);
        } catch (IOException gone) {
            // A reset is an end like any other.
        } finally {
            ObjectNode gone = JSON.createObjectNode();
            gone.putObject("error").put("desc", "QEMU is gone");
            waiting.values().forEach(reply -> reply.complete(gone));
        }
    }

    private void take(JsonNode message) {
        if (message.has("event")) {
            events.accept(message);
            return;
        }
        var reply = waiting.get(message.path("id").asLong());
        // The greeting is nobody's.
        if (reply != null) {
            reply.complete(message);
        }
    }

    /** Returns when all that QEMU had to say has been heard. */
    public void awaitEnd() throws InterruptedException {
        reader.join();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
