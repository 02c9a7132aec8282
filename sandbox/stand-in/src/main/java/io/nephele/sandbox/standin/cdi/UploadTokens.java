package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.cdi.DataVolume.ClaimRef;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Who has such a token may upload into one claim for five minutes. They are JSON Web Tokens (RFC 7519), signed with a key that lives as long as this process. */
final class UploadTokens {

    private static final Duration VALIDITY = Duration.ofMinutes(5);
    private static final String ALGORITHM = "HmacSHA256";

    private final Api api;
    private final SecretKeySpec key;

    UploadTokens(Api api) {
        this.api = api;
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        key = new SecretKeySpec(random, ALGORITHM);
    }

    String issue(ClaimRef claim) {
        String header =
                encode(api.object().put("alg", "HS256").put("typ", "JWT").toString());
        String payload = encode(api.object()
                .put("namespace", claim.namespace())
                .put("name", claim.name())
                .put("exp", Instant.now().plus(VALIDITY).getEpochSecond())
                .toString());
        return header + "." + payload + "." + signature(header + "." + payload);
    }

    /** The claim that a token is for, or null if it is not good. */
    @Nullable ClaimRef verify(String token) {
        String[] parts = token.split("\\.");
        if (parts.length != 3 || !isSame(signature(parts[0] + "." + parts[1]), parts[2])) {
            return null;
        }
        JsonNode payload = api.parse(new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8));
        return payload.path("exp").asLong() < Instant.now().getEpochSecond()
                ? null
                : new ClaimRef(
                        payload.path("namespace").asText(), payload.path("name").asText());
    }

    private String signature(String signed) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return encode(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isSame(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
    }

    private static String encode(String json) {
        return encode(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
