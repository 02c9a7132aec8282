package io.nephele.apiserver.auth;

import io.nephele.apiserver.protocol.AwsException;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.jwt.consumer.JwtContext;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jspecify.annotations.Nullable;

/**
 * Whom a token of the identity provider names. Nothing of a token gets into messages or logs.
 *
 * <p>Source of the codes: AssumeRoleWithWebIdentity in the API reference of STS; of the rules: OpenID Connect Core, 3.1.3.7, and RFC 8725.
 */
final class TokenVerifier {

    private static final int SKEW_SECONDS = 30;
    private static final int MAX_TOKEN = 20_000;
    private static final int MAX_USER = 128;

    /** With a shared secret whoever can check a token can also make one. */
    private static final AlgorithmConstraints ASYMMETRIC = new AlgorithmConstraints(
            AlgorithmConstraints.ConstraintType.PERMIT,
            AlgorithmIdentifiers.RSA_USING_SHA256,
            AlgorithmIdentifiers.RSA_USING_SHA384,
            AlgorithmIdentifiers.RSA_USING_SHA512,
            AlgorithmIdentifiers.RSA_PSS_USING_SHA256,
            AlgorithmIdentifiers.RSA_PSS_USING_SHA384,
            AlgorithmIdentifiers.RSA_PSS_USING_SHA512,
            AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
            AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384,
            AlgorithmIdentifiers.ECDSA_USING_P521_CURVE_AND_SHA512,
            AlgorithmIdentifiers.EDDSA);

    /** What the header may say a token is. */
    private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");

    /** What Keycloak says in the claim {@code typ} of ID tokens and of access tokens; its others, such as refresh tokens, are no proof of identity. */
    private static final Set<String> KINDS = Set.of("ID", "Bearer");

    private final String audience;
    private final String usernameClaim;
    private final JwtConsumer consumer;

    TokenVerifier(String issuer, String audience, String usernameClaim, VerificationKeyResolver keys) {
        this.audience = audience;
        this.usernameClaim = usernameClaim;
        this.consumer = new JwtConsumerBuilder()
                .setExpectedIssuer(issuer)
                .setExpectedAudience(audience)
                .setRequireExpirationTime()
                .setRequireSubject()
                .setAllowedClockSkewInSeconds(SKEW_SECONDS)
                .setJwsAlgorithmConstraints(ASYMMETRIC)
                .setVerificationKeyResolver(keys)
                .build();
    }

    /** Reads a token and believes it only if all is right. */
    WebIdentity.Identity verify(String token) {
        if (token.length() > MAX_TOKEN) {
            throw invalid("The token is too long");
        }
        try {
            JwtContext context = consumer.process(token);
            JwtClaims claims = context.getJwtClaims();
            checkType(context.getJoseObjects().getFirst().getHeader("typ"), claims);
            if (claims.getAudience().size() > 1 && !claims.hasClaim("azp")) {
                throw invalid("A token for several audiences must say in azp who asked for it");
            }
            String user = claims.getStringClaimValue(usernameClaim);
            if (user == null || user.isBlank() || user.length() > MAX_USER) {
                throw invalid("The token has no claim " + usernameClaim + " with a name");
            }
            return new WebIdentity.Identity(user, claims.getSubject(), claims.getIssuer(), audience);
        } catch (InvalidJwtException e) {
            throw refusal(e);
        } catch (MalformedClaimException e) {
            throw invalid("A claim of the token is not of the right type");
        }
    }

    private static void checkType(@Nullable String header, JwtClaims claims) throws MalformedClaimException {
        String kind = claims.hasClaim("typ") ? claims.getStringClaimValue("typ") : null;
        if ((header != null && !TYPES.contains(header.toLowerCase(Locale.ROOT)))
                || (kind != null && !KINDS.contains(kind))) {
            throw invalid("It is neither an ID token nor an access token");
        }
    }

    private static AwsException refusal(InvalidJwtException e) {
        if (e.hasExpired()) {
            return AwsException.of("ExpiredTokenException", "The web identity token has expired: get a new one");
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return AwsException.of(
                        "IDPCommunicationError", "The identity provider cannot be reached at the moment: try again");
            }
        }
        return invalid("The web identity token is not one of the configured issuer for the configured audience");
    }

    private static AwsException invalid(String message) {
        return AwsException.of("InvalidIdentityToken", message);
    }
}
