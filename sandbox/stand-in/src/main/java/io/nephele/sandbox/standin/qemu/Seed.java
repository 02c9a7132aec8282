package io.nephele.sandbox.standin.qemu;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What cloud-init finds on the disk labelled {@code cidata} (its data source NoCloud), as virt-launcher writes it.
 *
 * @param instanceId another one makes cloud-init begin anew
 * @param publicKeys for the image's user, in the form of {@code authorized_keys}
 */
public record Seed(
        String instanceId, String hostName, List<String> publicKeys, byte[] userData, byte @Nullable [] networkData) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Writes the image, by way of a folder beside it. */
    void write(Path iso) throws IOException {
        Path files = Files.createDirectories(iso.resolveSibling("seed"));
        Files.writeString(files.resolve("meta-data"), metaData());
        Files.write(files.resolve("user-data"), userData);
        Files.deleteIfExists(files.resolve("network-config"));
        if (networkData != null) {
            Files.write(files.resolve("network-config"), networkData);
        }
        Process process = new ProcessBuilder(
                        "genisoimage",
                        "-quiet",
                        "-volid",
                        "cidata",
                        "-joliet",
                        "-rock",
                        "-output",
                        iso.toString(),
                        files.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("genisoimage: " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private String metaData() throws JsonProcessingException {
        ObjectNode data = JSON.createObjectNode();
        data.put("instance-id", instanceId).put("local-hostname", hostName);
        if (!publicKeys.isEmpty()) {
            ObjectNode keys = data.putObject("public-keys");
            for (int i = 0; i < publicKeys.size(); i++) {
                keys.put(Integer.toString(i), publicKeys.get(i));
            }
        }
        return JSON.writeValueAsString(data);
    }
}
