package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.DoubleConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** What an importer pod finds when it fetches: the server is really asked. Without disks only as much of an image is read as a checksum needs. */
final class Source {

    private static final int CHECKSUM_LIMIT = 8 << 20;
    private static final int QCOW2_HEADER = 32;
    private static final byte[] QCOW2_MAGIC = {'Q', 'F', 'I', (byte) 0xfb};
    private static final String NO_CONNECTION = "Unable to connect to http data source: ";

    private static final String TO_TRANSFER =
            "Unable to process data: Unable to transfer source data to scratch space: ";
    private static final String TO_CONVERT = "Unable to process data: Unable to convert source data to target format: ";
    static final String SCRATCH_FILE = "/scratch/tmpimage";

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
    record Failure(String reason, String message, String detail, boolean permanent) {

        /** The image is larger than the claim, as {@code detail} says. */
        static Failure tooSmall(String detail) {
            return new Failure("Error", "DataVolume too small to contain image", TO_CONVERT + detail, false);
        }

        /** The image does not become a disk. */
        static Failure toProcess(String detail) {
            return new Failure("Error", TO_CONVERT + detail, TO_CONVERT + detail, false);
        }
    }

    /** Connects; null if there is an image. */
    @Nullable Failure connect(JsonNode source, String fault) {
        if (fault.startsWith("http-")) {
            return fault(fault, 0);
        }
        return source.has("http") ? read(source.path("http"), (_, _) -> null) : null;
    }

    /** Looks whether an image can be fetched; null if all is well. */
    @Nullable Failure transfer(JsonNode source, String fault, long available) {
        Failure failure = fault(fault, available);
        return failure != null || !source.has("http")
                ? failure
                : read(
                        source.path("http"),
                        (body, _) -> verify(source.path("http").path("checksum").asText(""), body, available));
    }

    /**
     * Fetches an image; null if all is well.
     *
     * @param room how large it may be
     * @param percent is told how much of it has come, if the server says how large it is
     */
    @Nullable Failure fetch(JsonNode source, Path to, long room, DoubleConsumer percent) {
        if (!source.has("http")) {
            return noConnection("there is only http here");
        }
        String checksum = source.path("http").path("checksum").asText("");
        return read(source.path("http"), (body, length) -> {
            String found;
            try {
                found = save(body, algorithm(checksum), to, room, read -> {
                    if (length > 0) {
                        // All of it is there only when it has become a disk.
                        percent.accept(Math.min(99.99, 100.0 * read / length));
                    }
                });
            } catch (IOException e) {
                String text = TO_TRANSFER + "unable to write to file: " + e.getMessage();
                return new Failure("Error", text, text, false);
            }
            return checksum.isEmpty() || found.equals(checksum) ? null : mismatch(checksum, found);
        });
    }

    /** Saves what a client sends. */
    static void save(InputStream body, Path to, long room) throws IOException {
        var _ = save(body, "sha256", to, room, _ -> {});
    }

    /** What a client is told whose upload fails so. */
    static String refusal(Failure failure) {
        String cause = failure.detail().replace("Unable to process data: ", "");
        return failure.detail().equals(failure.message())
                ? cause
                : "effective image size is larger than the reported available storage: " + cause;
    }

    /** Saves a body, and returns its checksum. */
    private static String save(InputStream body, String algorithm, Path to, long room, LongConsumer progress)
            throws IOException {
        MessageDigest digest = digest(algorithm);
        long read = 0;
        try (OutputStream out = Files.newOutputStream(to)) {
            byte[] buffer = new byte[1 << 16];
            for (int count = receive(body, buffer); count >= 0; count = receive(body, buffer)) {
                read += count;
                if (read > room) {
                    throw new IOException("write " + SCRATCH_FILE + ": no space left on device");
                }
                digest.update(buffer, 0, count);
                out.write(buffer, 0, count);
                progress.accept(read);
            }
        }
        return algorithm + ":" + HexFormat.of().formatHex(digest.digest());
    }

    private static int receive(InputStream body, byte[] buffer) throws IOException {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            // As Go says it, whatever has broken the connection.
            throw new IOException("unexpected EOF", e);
        }
    }

    /** The fault of that name, if it is one that shows while an image is fetched. */
    static @Nullable Failure fault(String name, long available) {
        return switch (name) {
            case "too-small" -> tooSmall(2 * available, available);
            case "checksum" -> mismatch("sha256:" + "0".repeat(64), "sha256:" + "1".repeat(64));
            case "crash" -> crash();
            case "http-404" -> noConnection(status(404, "Not Found"));
            case "http-500" -> noConnection(status(500, "Internal Server Error"));
            default -> null;
        };
    }

    /** What is done with what comes; {@code length} is -1 if the server does not say. */
    private interface Reader {
        @Nullable Failure read(InputStream body, long length) throws IOException;
    }

    private @Nullable Failure read(JsonNode source, Reader reader) {
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
                return reader.read(
                        body,
                        response.headers().firstValueAsLong("Content-Length").orElse(-1));
            }
        } catch (IOException e) {
            return noConnection("HTTP request errored: Get \"%s\": %s".formatted(url, cause(url, e)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return noConnection("interrupted");
        }
    }

    static @Nullable Failure verify(String checksum, InputStream body, long available) throws IOException {
        byte[] head = body.readNBytes(checksum.isEmpty() ? QCOW2_HEADER : CHECKSUM_LIMIT);
        if (!checksum.isEmpty()) {
            String algorithm = algorithm(checksum);
            String found =
                    algorithm + ":" + HexFormat.of().formatHex(digest(algorithm).digest(head));
            if (!found.equals(checksum)) {
                return mismatch(checksum, found);
            }
        }
        boolean qcow2 = head.length >= QCOW2_HEADER
                && Arrays.equals(head, 0, QCOW2_MAGIC.length, QCOW2_MAGIC, 0, QCOW2_MAGIC.length);
        long virtualSize = qcow2 ? ByteBuffer.wrap(head).getLong(24) : 0;
        return virtualSize > available ? tooSmall(virtualSize, available) : null;
    }

    private static String algorithm(String checksum) {
        return checksum.isEmpty() ? "sha256" : checksum.substring(0, checksum.indexOf(':'));
    }

    private static MessageDigest digest(String algorithm) {
        String name = switch (algorithm) {
            case "md5" -> "MD5";
            case "sha1" -> "SHA-1";
            case "sha512" -> "SHA-512";
            default -> "SHA-256";
        };
        try {
            return MessageDigest.getInstance(name);
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
        return Failure.tooSmall(
                "virtual image size %d is larger than the reported available storage %d. A larger PVC is required"
                        .formatted(virtualSize, available));
    }

    private static Failure mismatch(String wanted, String found) {
        String text = "%schecksum validation failed: checksum mismatch: expected %s, calculated %s"
                .formatted(TO_TRANSFER, wanted, found);
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
