package io.nephele.apiserver.auth;

import io.nephele.apiserver.Settings;
import io.nephele.apiserver.protocol.AwsException;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** The identity provider of this cloud, if it has one. */
@Singleton
public class WebIdentity {

    private final @Nullable TokenVerifier verifier;

    public WebIdentity(Settings settings) {
        Settings.Identity identity = settings.identity();
        verifier = identity.issuer()
                .map(issuer -> new TokenVerifier(
                        issuer,
                        identity.audience(),
                        identity.usernameClaim(),
                        new IssuerKeys(issuer, identity.caFile().orElse(null))))
                .orElse(null);
    }

    /**
     * Who a token says it is.
     *
     * @param user as this cloud names him
     * @param subject as the provider numbers him
     */
    public record Identity(String user, String subject, String issuer, String audience) {}

    /** Reads a token and believes it only if all is right. */
    public Identity verify(String token) {
        if (verifier == null) {
            throw AwsException.of(
                    "InvalidIdentityToken",
                    "This cloud has no identity provider: its operator can set nephele.identity.issuer");
        }
        return verifier.verify(token);
    }
}
