package io.nephele.sandbox.launcher.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The API server's own record of who wrote what. */
public record AuditLog(Path file) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * One successful write.
     *
     * @param user who was authenticated, or impersonated
     * @param resource with its subresource, as {@code instances/status}
     */
    public record Write(
            Instant at, String user, String userAgent, String verb, String resource, String namespace, String name) {}

    /** The writes from {@code since} on that succeeded, in the order of the log. Dry runs and leases are not among them. */
    public List<Write> since(Instant since) {
        var writes = new ArrayList<Write>();
        try {
            for (Path part : parts()) {
                try (Stream<String> lines = Files.lines(part)) {
                    lines.map(AuditLog::parse)
                            .filter(event -> counts(event, since))
                            .map(AuditLog::write)
                            .forEach(writes::add);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return writes;
    }

    /** The files it was rotated to, which have the time of that in their names, and the one that is written. */
    private List<Path> parts() throws IOException {
        try (Stream<Path> files = Files.list(file.getParent())) {
            return Stream.concat(
                            files.filter(f -> f.getFileName().toString().matches("audit-.*\\.log"))
                                    .sorted(),
                            Stream.of(file))
                    .toList();
        }
    }

    private static boolean counts(JsonNode event, Instant since) {
        return !receivedAt(event).isBefore(since)
                && event.path("responseStatus").path("code").asInt() < 300
                && !event.path("requestURI").asText().contains("dryRun")
                && !event.path("objectRef").path("resource").asText().equals("leases");
    }

    private static Instant receivedAt(JsonNode event) {
        return Instant.parse(event.path("requestReceivedTimestamp").asText());
    }

    private static Write write(JsonNode event) {
        JsonNode object = event.path("objectRef");
        String subresource = object.path("subresource").asText();
        JsonNode user = event.has("impersonatedUser") ? event.path("impersonatedUser") : event.path("user");
        return new Write(
                receivedAt(event),
                user.path("username").asText(),
                event.path("userAgent").asText(),
                event.path("verb").asText(),
                object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource),
                object.path("namespace").asText(),
                object.path("name").asText());
    }

    private static JsonNode parse(String line) {
        try {
            return MAPPER.readTree(line);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
