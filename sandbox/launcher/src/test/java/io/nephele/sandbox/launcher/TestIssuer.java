package io.nephele.sandbox.launcher;

import io.nephele.sandbox.standin.Answer;
import io.nephele.sandbox.standin.HttpsEndpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;

/** An OpenID Connect provider on 127.0.0.1 that says of anybody who he is. */
final class TestIssuer implements AutoCloseable {

    private final HttpsEndpoint https;
    private final RsaJsonWebKey key;

    TestIssuer(Path pki) throws IOException, GeneralSecurityException, JoseException {
        key = RsaJwkGenerator.generateJwk(2048);
        key.setKeyId("test");
        https = new HttpsEndpoint(pki, 0);
        https.handle(
                "/realm/.well-known/openid-configuration",
                _ -> Answer.json(200, "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/keys\"}".formatted(url(), url())));
        https.handle(
                "/realm/keys",
                _ -> Answer.json(200, "{\"keys\":[" + key.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY) + "]}"));
    }

    String url() {
        return https.url() + "/realm";
    }

    /** A token for a user, good for so long from now; for a time before now it has expired. */
    String token(String user, Duration life) throws JoseException {
        var claims = new JwtClaims();
        claims.setIssuer(url());
        claims.setAudience("nephele");
        claims.setSubject("subject-of-" + user);
        claims.setClaim("preferred_username", user);
        claims.setIssuedAtToNow();
        claims.setExpirationTime(
                NumericDate.fromSeconds(Instant.now().plus(life).getEpochSecond()));
        var jws = new JsonWebSignature();
        jws.setPayload(claims.toJson());
        jws.setKey(key.getPrivateKey());
        jws.setKeyIdHeaderValue(key.getKeyId());
        jws.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        return jws.getCompactSerialization();
    }

    @Override
    public void close() {
        https.close();
    }
}
