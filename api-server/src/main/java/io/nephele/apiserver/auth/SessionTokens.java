package io.nephele.apiserver.auth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nephele.crds.UniqueId;
import io.nephele.crds.accesskey.MasterKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Session tokens: what is said in them is sealed with the master key, and the other two parts of the credentials follow from it. */
public final class SessionTokens {

    /** Changes with the meaning of what is inside: a token of another version is none. */
    private static final String VERSION = "n1";

    private static final int MAX_LENGTH = 4096;
    private static final int SECRET_LENGTH = 40;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private SessionTokens() {}

    /** Temporary credentials. */
    public record Credentials(String accessKeyId, String secretAccessKey, String token) {}

    /** The credentials of a session: the same session always has the same ones. */
    public static Credentials seal(MasterKey key, Session session) {
        try {
            return credentials(key, encode(MAPPER.writeValueAsBytes(session)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A session with its credentials. */
    record Opened(Session session, Credentials credentials) {}

    /** What a token says, or null if it was not made with this key. */
    static @Nullable Opened open(MasterKey key, String token) {
        String[] parts = token.split("\\.", -1);
        if (token.length() > MAX_LENGTH || parts.length != 3) {
            return null;
        }
        Credentials credentials = credentials(key, parts[1]);
        if (!MessageDigest.isEqual(bytes(credentials.token()), bytes(token))) {
            return null;
        }
        try {
            return new Opened(MAPPER.readValue(Base64.getUrlDecoder().decode(parts[1]), Session.class), credentials);
        } catch (IOException e) {
            throw new IllegalStateException("A token was sealed that cannot be read", e);
        }
    }

    private static Credentials credentials(MasterKey key, String claims) {
        return new Credentials(
                UniqueId.SESSION_KEY.derive("session", claims),
                Base64.getEncoder()
                        .encodeToString(key.hmac("session-secret-" + VERSION, claims))
                        .substring(0, SECRET_LENGTH),
                VERSION + "." + claims + "." + encode(key.hmac("session-token-" + VERSION, claims)));
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
