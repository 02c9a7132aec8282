package io.nephele.apiserver.auth;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What temporary credentials stand for. It is all in the session token: nothing is kept here.
 *
 * @param name the session's; of a {@link Kind#USER} that of the user
 * @param issuedAt and {@code expiresAt}: seconds since 1970
 * @param membership UID of the membership that it rests on
 * @param accessKey UID of the access key that it was got with, without which it is over; absent if it was got with a web identity
 * @param nonce makes two sessions of the same second differ
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Session(
        Kind kind,
        String user,
        String project,
        String account,
        String name,
        long issuedAt,
        long expiresAt,
        String membership,
        @Nullable String accessKey,
        String nonce) {

    /** What AWS takes the session for. */
    public enum Kind {
        /** Of AssumeRole and AssumeRoleWithWebIdentity: a role. */
        ROLE,

        /** Of GetSessionToken: the user himself. */
        USER
    }

    public Instant expiry() {
        return Instant.ofEpochSecond(expiresAt);
    }
}
