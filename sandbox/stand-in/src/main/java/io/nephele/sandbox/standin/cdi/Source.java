package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What an importer pod finds when it fetches: the server is really asked; the bytes are only read as far as a checksum needs them. */
final class Source {

    private static final int CHECKSUM_LIMIT = 8 << 20;

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();

    /**
     * Why an import goes wrong.
     *
     * @param reason of the condition Running
     * @param permanent whether CDI gives up; it does so for a wrong checksum only
     */
    record Failure(String reason, String message, boolean permanent) {}

    /** Tries it; null if the import would succeed. */
    @Nullable Failure fetch(JsonNode source, String fault) {
        switch (fault) {
            case "http-404" -> {
                return error(
                        "Unable to connect to http data source: expected status code 200, got 404. Status: 404 Not Found");
            }
            case "http-500" -> {
                return error(
                        "Unable to connect to http data source: expected status code 200, got 500. Status: 500 Internal Server Error");
            }
            case "too-small" -> {
                return error("DataVolume too small to contain image");
            }
            case "checksum" -> {
                return mismatch("sha256:" + "0".repeat(64), "sha256:" + "1".repeat(64));
            }
            default -> {
                return source.has("http") ? fetch(source.path("http")) : null;
            }
        }
    }

    private @Nullable Failure fetch(JsonNode httpSource) {
        String url = httpSource.path("url").asText();
        try {
            var request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(Duration.ofSeconds(10))
                    .GET()
                    .build();
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    return error("Unable to connect to http data source: expected status code 200, got %d. Status: %d"
                            .formatted(response.statusCode(), response.statusCode()));
                }
                String wanted = httpSource.path("checksum").asText("");
                return wanted.isEmpty() ? null : verify(wanted, body.readNBytes(CHECKSUM_LIMIT));
            }
        } catch (IOException e) {
            return error("Unable to connect to http data source: HTTP request errored: Get \"%s\": %s"
                    .formatted(url, e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return error("interrupted");
        }
    }

    private static @Nullable Failure verify(String wanted, byte[] body) {
        String algorithm = wanted.substring(0, wanted.indexOf(':'));
        String name = switch (algorithm) {
            case "md5" -> "MD5";
            case "sha1" -> "SHA-1";
            case "sha512" -> "SHA-512";
            default -> "SHA-256";
        };
        try {
            String found = algorithm + ":"
                    + HexFormat.of().formatHex(MessageDigest.getInstance(name).digest(body));
            return found.equals(wanted) ? null : mismatch(wanted, found);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Failure error(String message) {
        return new Failure("Error", message, false);
    }

    private static Failure mismatch(String wanted, String found) {
        return new Failure(
                "ChecksumError",
                "Unable to process data: Unable to transfer source data to scratch space: checksum validation failed: checksum mismatch: expected %s, calculated %s"
                        .formatted(wanted, found),
                true);
    }
}
