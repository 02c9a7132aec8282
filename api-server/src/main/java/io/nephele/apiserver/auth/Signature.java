package io.nephele.apiserver.auth;

import io.nephele.apiserver.protocol.AwsException;
import io.nephele.apiserver.protocol.Dialect;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    private static final Pattern SCOPE = Pattern.compile("/\\d{8}/[^/]+/([a-z0-9-]+)/aws4_request");
    private static final DateTimeFormatter BASIC = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT);

    /** Reads the signature of a request. */
    public static Signature parse(HttpCall call) {
        String authorization = call.header("authorization");
        if (authorization != null) {
            return ofHeader(call, authorization);
        }
        Map<String, String> query = CanonicalRequest.query(call);
        if (query.containsKey("X-Amz-Signature") || query.containsKey("X-Amz-Algorithm")) {
            return ofQuery(query);
        }
        if (query.containsKey("Signature")
                || new String(call.body(), StandardCharsets.ISO_8859_1).contains("SignatureVersion=2")) {
            throw AwsException.of(401, "AuthFailure", "Signature version 2 is not supported: use version 4");
        }
        throw Refusal.UNSIGNED.in(Dialect.EC2);
    }

    /** Whether a request claims to be signed, in whatever way. */
    public static boolean isPresent(HttpCall call) {
        Map<String, String> query = CanonicalRequest.query(call);
        return call.header("authorization") != null
                || query.containsKey("X-Amz-Signature")
                || query.containsKey("X-Amz-Algorithm")
                || query.containsKey("X-Amz-Credential")
                || query.containsKey("Signature");
    }

    /** The service that a request claims to be for, before anything of it is believed: in its manner it is to be answered. */
    public static String claimedService(HttpCall call) {
        String authorization = call.header("authorization");
        Matcher scope = SCOPE.matcher(
                authorization == null
                        ? CanonicalRequest.query(call).getOrDefault("X-Amz-Credential", "")
                        : authorization);
        return scope.find() ? scope.group(1) : "ec2";
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
        return of(
                required(parts, "Credential"),
                required(parts, "SignedHeaders"),
                required(parts, "Signature"),
                timestamp(call),
                false,
                call.header("x-amz-security-token"));
    }

    /** Where a proxy or an HTTP library forbids X-Amz-Date, the Date of HTTP stands in for it. */
    private static String timestamp(HttpCall call) {
        String timestamp = call.header("x-amz-date");
        if (timestamp != null) {
            return timestamp;
        }
        String date = call.header("date");
        if (date == null) {
            throw malformed("The header X-Amz-Date is missing");
        }
        try {
            return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .withZoneSameInstant(ZoneOffset.UTC)
                    .format(BASIC);
        } catch (DateTimeParseException e) {
            return date;
        }
    }

    private static Signature ofQuery(Map<String, String> query) {
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
        String session = token == null || token.isEmpty() ? null : token;
        return new Signature(scope[0], scope[1], scope[2], scope[3], headers, signature, timestamp, presigned, session);
    }

    private static String required(Map<String, String> parts, String name) {
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
            throw refused(Refusal.WRONG_SIGNATURE);
        }
    }

    /** What the service that it is for answers to it. */
    AwsException refused(Refusal why) {
        return why.in(Dialect.ofService(service));
    }

    private void checkTime(HttpCall call, Instant now) {
        Instant signed;
        try {
            signed = LocalDateTime.parse(timestamp, BASIC).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            throw malformed("The date must look like 20260131T120000Z");
        }
        if (!timestamp.startsWith(date)) {
            throw refused(Refusal.WRONG_SIGNATURE);
        }
        Duration age = Duration.between(signed, now);
        if (age.negated().compareTo(SKEW) > 0) {
            throw refused(Refusal.FROM_THE_FUTURE);
        }
        Duration limit = presigned ? expiry(call) : SKEW;
        if (age.compareTo(limit) > 0) {
            throw refused(Refusal.EXPIRED);
        }
    }

    private static Duration expiry(HttpCall call) {
        String seconds = CanonicalRequest.query(call).getOrDefault("X-Amz-Expires", "900");
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
        for (String name : signedHeaders) {
            if (!call.headers().containsKey(name)) {
                throw refused(Refusal.WRONG_SIGNATURE);
            }
        }
        return CanonicalRequest.of(call, signedHeaders, hex(sha256(call.body())));
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
