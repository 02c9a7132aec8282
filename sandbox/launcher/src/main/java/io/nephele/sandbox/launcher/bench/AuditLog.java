package io.nephele.sandbox.launcher.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The API server's own record of who wrote what. */
public record AuditLog(Path file) {

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
        var mapper = new ObjectMapper();
        var writes = new ArrayList<Write>();
        try (Stream<String> lines = Files.lines(file)) {
            for (String line : (Iterable<String>) lines::iterator) {
                JsonNode event = parse(mapper, line);
                Instant at =
                        Instant.parse(event.path("requestReceivedTimestamp").asText());
                JsonNode object = event.path("objectRef");
                if (at.isBefore(since)
                        || event.path("responseStatus").path("code").asInt() >= 300
                        || event.path("requestURI").asText().contains("dryRun")
                        || object.path("resource").asText().equals("leases")) {
                    continue;
                }
                String subresource = object.path("subresource").asText();
                JsonNode user = event.has("impersonatedUser") ? event.path("impersonatedUser") : event.path("user");
                writes.add(new Write(
                        at,
                        user.path("username").asText(),
                        event.path("userAgent").asText(),
                        event.path("verb").asText(),
                        object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource),
                        object.path("namespace").asText(),
                        object.path("name").asText()));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return writes;
    }

    private static JsonNode parse(ObjectMapper mapper, String line) throws IOException {
        return mapper.readTree(line);
    }
}
