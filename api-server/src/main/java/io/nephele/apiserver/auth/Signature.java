package io.nephele.apiserver.auth;

import io.nephele.apiserver.protocol.AwsException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * AWS Signature Version 4, in a header or in the query string. Parsing tells which key it claims; {@link #verify} whether it was made with it.
 *
 * <p>Source of the rules: the AWS General Reference on signing requests.
 *
 * @param token the session token, if one came along
 */
public record Signature(
        String accessKeyId,
        String date,
        String region,
        String service,
        List<String> signedHeaders,
        String signature,
        String timestamp,
        boolean presigned,
        @Nullable String token) {

    static final Duration SKEW = Duration.ofMinutes(15);
    private static final Duration MAX_EXPIRY = Duration.ofDays(7);
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final DateTimeFormatter BASIC = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT);

    /** Reads the signature of a request. */
    public static Signature parse(HttpCall call) {
        String authorization = call.header("authorization");
        if (authorization != null) {
            return ofHeader(call, authorization);
        }
        TreeMap<String, String> query = query(call);
        if (query.containsKey("X-Amz-Signature") || query.containsKey("X-Amz-Algorithm")) {
            return ofQuery(query);
        }
        if (query.containsKey("Signature")
                || new String(call.body(), StandardCharsets.ISO_8859_1).contains("SignatureVersion=2")) {
            throw AwsException.of(401, "AuthFailure", "Signature version 2 is not supported: use version 4");
        }
        throw AwsException.of(
                401,
                "AuthFailure",
                "The request is not signed: AWS was not able to validate the provided access credentials");
    }

    private static Signature ofHeader(HttpCall call, String authorization) {
        if (!authorization.startsWith(ALGORITHM)) {
            throw malformed("The Authorization header must begin with " + ALGORITHM);
        }
        var parts = new TreeMap<String, String>();
        for (String part : authorization.substring(ALGORITHM.length()).split(",")) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                parts.put(
                        part.substring(0, equals).trim(),
                        part.substring(equals + 1).trim());
            }
        }
        String timestamp = call.header("x-amz-date");
        if (timestamp == null) {
            throw malformed("The header X-Amz-Date is missing");
        }
        return of(
                required(parts, "Credential"),
                required(parts, "SignedHeaders"),
                required(parts, "Signature"),
                timestamp,
                false,
                call.header("x-amz-security-token"));
    }

    private static Signature ofQuery(TreeMap<String, String> query) {
        if (!ALGORITHM.equals(query.get("X-Amz-Algorithm"))) {
            throw malformed("X-Amz-Algorithm must be " + ALGORITHM);
        }
        return of(
                required(query, "X-Amz-Credential"),
                required(query, "X-Amz-SignedHeaders"),
                required(query, "X-Amz-Signature"),
                required(query, "X-Amz-Date"),
                true,
                query.get("X-Amz-Security-Token"));
    }

    private static Signature of(
            String credential,
            String signedHeaders,
            String signature,
            String timestamp,
            boolean presigned,
            @Nullable String token) {
        String[] scope = credential.split("/", -1);
        if (scope.length != 5
                || !scope[4].equals("aws4_request")
                || Arrays.stream(scope).anyMatch(String::isEmpty)) {
            throw malformed("The credential must be <key id>/<date>/<region>/<service>/aws4_request");
        }
        List<String> headers =
                Arrays.stream(signedHeaders.split(";")).map(String::trim).toList();
        if (!headers.contains("host")) {
            throw malformed("The header host must be signed");
        }
        return new Signature(scope[0], scope[1], scope[2], scope[3], headers, signature, timestamp, presigned, token);
    }

    private static String required(TreeMap<String, String> parts, String name) {
        String value = parts.get(name);
        if (value == null || value.isEmpty()) {
            throw malformed(name + " is missing from the signature");
        }
        return value;
    }

    private static AwsException malformed(String message) {
        return AwsException.of(400, "IncompleteSignature", message);
    }

    /**
     * Checks time and signature.
     *
     * @param secret of the key it claims
     */
    public void verify(HttpCall call, String secret, Instant now) {
        checkTime(call, now);
        String canonical = canonicalRequest(call);
        String scope = date + "/" + region + "/" + service + "/aws4_request";
        String toSign = ALGORITHM + "\n" + timestamp + "\n" + scope + "\n"
                + hex(sha256(canonical.getBytes(StandardCharsets.UTF_8)));
        byte[] key = hmac(("AWS4" + secret).getBytes(StandardCharsets.UTF_8), date);
        for (String part : List.of(region, service, "aws4_request")) {
            key = hmac(key, part);
        }
        byte[] expected = hex(hmac(key, toSign)).getBytes(StandardCharsets.US_ASCII);
        if (!MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8))) {
            throw mismatch();
        }
    }

    /** What EC2 answers to a wrong signature; it does not say what is wrong with it. */
    public static AwsException mismatch() {
        return AwsException.of(401, "AuthFailure", "AWS was not able to validate the provided access credentials");
    }

    private void checkTime(HttpCall call, Instant now) {
        Instant signed;
        try {
            signed = LocalDateTime.parse(timestamp, BASIC).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            throw malformed("The date must look like 20260131T120000Z");
        }
        if (!timestamp.startsWith(date)) {
            throw AwsException.of(401, "AuthFailure", "The date of the credential is not that of the request");
        }
        Duration age = Duration.between(signed, now);
        if (age.negated().compareTo(SKEW) > 0) {
            throw AwsException.of(400, "RequestExpired", "The request is from the future: check the clock");
        }
        Duration limit = presigned ? expiry(call) : SKEW;
        if (age.compareTo(limit) > 0) {
            throw AwsException.of(400, "RequestExpired", "Request has expired");
        }
    }

    private static Duration expiry(HttpCall call) {
        String seconds = query(call).getOrDefault("X-Amz-Expires", "900");
        try {
            Duration expiry = Duration.ofSeconds(Long.parseLong(seconds));
            if (expiry.isNegative() || expiry.compareTo(MAX_EXPIRY) > 0) {
                throw malformed("X-Amz-Expires must be at most a week");
            }
            return expiry;
        } catch (NumberFormatException e) {
            throw malformed("X-Amz-Expires must be a number of seconds");
        }
    }

    private String canonicalRequest(HttpCall call) {
        var canonical = new StringBuilder();
        canonical.append(call.method()).append('\n');
        canonical.append(canonicalPath(call.path())).append('\n');
        canonical.append(canonicalQuery(call)).append('\n');
        for (String name : signedHeaders) {
            List<String> values = call.headers().get(name);
            if (values == null) {
                throw AwsException.of(401, "AuthFailure", "The signed header " + name + " is not in the request");
            }
            canonical.append(name).append(':');
            canonical.append(values.stream()
                    .map(value -> value.trim().replaceAll(" +", " "))
                    .collect(Collectors.joining(",")));
            canonical.append('\n');
        }
        canonical.append('\n').append(String.join(";", signedHeaders)).append('\n');
        canonical.append(hex(sha256(call.body())));
        return canonical.toString();
    }

    /** Every service but S3 encodes the path once more. */
    private static String canonicalPath(String path) {
        if (path.isEmpty()) {
            return "/";
        }
        return Arrays.stream(path.split("/", -1)).map(Signature::encode).collect(Collectors.joining("/"));
    }

    private static String canonicalQuery(HttpCall call) {
        if (call.query() == null || call.query().isEmpty()) {
            return "";
        }
        var pairs = new ArrayList<String>();
        for (String pair : call.query().split("&")) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            if (!name.equals("X-Amz-Signature") && !pair.isEmpty()) {
                pairs.add(encode(name) + "=" + encode(value));
            }
        }
        pairs.sort(null);
        return String.join("&", pairs);
    }

    private static TreeMap<String, String> query(HttpCall call) {
        var query = new TreeMap<String, String>();
        if (call.query() != null) {
            for (String pair : call.query().split("&")) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    query.putIfAbsent(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
                }
            }
        }
        return query;
    }

    private static String decode(String text) {
        try {
            // In a query string that is signed a plus sign is a plus sign.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw AwsException.of("MalformedQueryString", "The query string contains a malformed escape sequence");
        }
    }

    /** Everything but the unreserved characters of RFC 3986 as %XX. */
    private static String encode(String text) {
        var encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean unreserved = (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || "-_.~".indexOf(c) >= 0;
            if (unreserved) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return encoded.toString();
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
