package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What an importer pod finds when it fetches: the server is really asked; of an image only as much is read as a checksum needs. */
final class Source {

    private static final int CHECKSUM_LIMIT = 8 << 20;
    private static final int QCOW2_HEADER = 32;
    private static final byte[] QCOW2_MAGIC = {'Q', 'F', 'I', (byte) 0xfb};
    private static final String NO_CONNECTION = "Unable to connect to http data source: ";

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();

    /**
     * Why an import goes wrong.
     *
     * @param reason of the condition Running
     * @param message of the condition Running
     * @param detail is what the claim and its events say
     * @param permanent whether CDI gives up; it does so for a wrong checksum only
     */
    record Failure(String reason, String message, String detail, boolean permanent) {}

    /** Connects; null if there is an image. */
    @Nullable Failure connect(JsonNode source, String fault) {
        if (fault.equals("http-404")) {
            return noConnection(status(404, "Not Found"));
        }
        if (fault.equals("http-500")) {
            return noConnection(status(500, "Internal Server Error"));
        }
        return source.has("http") ? read(source.path("http"), null) : null;
    }

    /** Fetches; null if all is well. */
    @Nullable Failure transfer(JsonNode source, String fault, long available) {
        return switch (fault) {
            case "too-small" -> tooSmall(2 * available, available);
            case "checksum" -> mismatch("sha256:" + "0".repeat(64), "sha256:" + "1".repeat(64));
            case "crash" -> crash();
            case "http-404", "http-500" -> connect(source, fault);
            default -> source.has("http") ? read(source.path("http"), available) : null;
        };
    }

    private @Nullable Failure read(JsonNode source, @Nullable Long available) {
        String url = source.path("url").asText();
        try {
            var request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(Duration.ofSeconds(10))
                    .GET()
                    .build();
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    return noConnection(status(response.statusCode(), phrase(response.statusCode())));
                }
                return available == null ? null : verify(source.path("checksum").asText(""), body, available);
            }
        } catch (IOException e) {
            return noConnection("HTTP request errored: Get \"%s\": %s".formatted(url, cause(url, e)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return noConnection("interrupted");
        }
    }

    private static @Nullable Failure verify(String checksum, InputStream body, long available) throws IOException {
        byte[] head = body.readNBytes(checksum.isEmpty() ? QCOW2_HEADER : CHECKSUM_LIMIT);
        if (!checksum.isEmpty()) {
            String found = digest(checksum.substring(0, checksum.indexOf(':')), head);
            if (!found.equals(checksum)) {
                return mismatch(checksum, found);
            }
        }
        boolean qcow2 = head.length >= QCOW2_HEADER
                && Arrays.equals(head, 0, QCOW2_MAGIC.length, QCOW2_MAGIC, 0, QCOW2_MAGIC.length);
        long virtualSize = qcow2 ? ByteBuffer.wrap(head).getLong(24) : 0;
        return virtualSize > available ? tooSmall(virtualSize, available) : null;
    }

    private static String digest(String algorithm, byte[] body) {
        String name = switch (algorithm) {
            case "md5" -> "MD5";
            case "sha1" -> "SHA-1";
            case "sha512" -> "SHA-512";
            default -> "SHA-256";
        };
        try {
            return algorithm + ":"
                    + HexFormat.of().formatHex(MessageDigest.getInstance(name).digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As Go's net package says it. */
    private static String cause(String url, IOException e) {
        URI uri = URI.create(url);
        if (!(e instanceof ConnectException)) {
            return String.valueOf(e.getMessage());
        }
        boolean unknown = e.getCause() instanceof UnresolvedAddressException
                || (e.getCause() != null && e.getCause().getCause() instanceof UnresolvedAddressException);
        return unknown
                ? "dial tcp: lookup " + uri.getHost() + " on 127.0.0.1:53: no such host"
                : "dial tcp " + uri.getAuthority() + ": connect: connection refused";
    }

    private static String status(int code, String phrase) {
        return "expected status code 200, got %d. Status: %d %s"
                .formatted(code, code, phrase)
                .strip();
    }

    private static String phrase(int code) {
        return switch (code) {
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 500 -> "Internal Server Error";
            case 503 -> "Service Unavailable";
            default -> "";
        };
    }

    private static Failure noConnection(String cause) {
        return new Failure("Error", NO_CONNECTION + cause, NO_CONNECTION + cause, false);
    }

    private static Failure tooSmall(long virtualSize, long available) {
        return new Failure(
                "Error",
                "DataVolume too small to contain image",
                "Unable to process data: Unable to convert source data to target format: virtual image size %d is larger than the reported available storage %d. A larger PVC is required"
                        .formatted(virtualSize, available),
                false);
    }

    private static Failure mismatch(String wanted, String found) {
        String text =
                "Unable to process data: Unable to transfer source data to scratch space: checksum validation failed: checksum mismatch: expected %s, calculated %s"
                        .formatted(wanted, found);
        return new Failure("ChecksumError", text, text, true);
    }

    /** A killed importer says nothing itself: the end of its log is shown. */
    private static Failure crash() {
        String log = """
                I0101 00:00:00.000000       1 importer.go:108] Starting importer
                I0101 00:00:00.000001       1 importer.go:183] begin import process
                I0101 00:00:00.000002       1 data-processor.go:361] Calculating available size
                """;
        return new Failure("Error", log, log, false);
    }
}
