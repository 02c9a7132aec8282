package io.nephele.sandbox.standin.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** The monitor of a QEMU process (QMP). One command at a time. */
final class Monitor implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final SocketChannel channel;
    private final BufferedReader answers;

    Monitor(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        execute("{\"execute\": \"qmp_capabilities\"}");
    }

    /** Runs a line of the human monitor, which is the only one that knows port forwarding, and returns what it prints. */
    String run(String line) throws IOException {
        var command = JSON.createObjectNode().put("execute", "human-monitor-command");
        command.putObject("arguments").put("command-line", line);
        return execute(command.toString()).asText();
    }

    private JsonNode execute(String command) throws IOException {
        var bytes = ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        while (true) {
            String line = answers.readLine();
            if (line == null) {
                throw new EOFException("QEMU ended");
            }
            JsonNode answer = JSON.readTree(line);
            if (answer.has("return")) {
                return answer.get("return");
            }
            if (answer.has("error")) {
                throw new IOException(command + ": " + answer.get("error"));
            }
            // The greeting, or an event.
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
