package io.nephele.apiserver.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nephele.apiserver.protocol.AwsException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of the identity provider, whose keys come over real https. */
class TokenVerifierTest {

    @TempDir
    Path directory;

    private TestIssuer issuer;
    private TokenVerifier verifier;

    @BeforeEach
    void start() throws Exception {
        issuer = new TestIssuer(directory);
        issuer.addKey("first");
        verifier = verifier(issuer.url(), issuer.caFile());
    }

    @AfterEach
    void stop() {
        issuer.close();
    }

    @Test
    void aTokenOfTheIssuerNamesItsUser() throws Exception {
        var identity = verifier.verify(issuer.token(issuer.claims("alice"), "first"));
        assertThat(identity).isEqualTo(new WebIdentity.Identity("alice", "subject-of-alice", issuer.url(), "nephele"));
    }

    @Test
    void keysAreAskedForOnceAndAgainWhenTheIssuerHasANewOneButNotForEachStranger() throws Exception {
        verifier.verify(issuer.token(issuer.claims("alice"), "first"));
        verifier.verify(issuer.token(issuer.claims("bob"), "first"));
        int known = issuer.asked();
        assertThat(known).isEqualTo(1);
        for (int i = 0; i < 20; i++) {
            String stranger = TestIssuer.token(issuer.claims("alice"), TestIssuer.key("stranger-" + i));
            assertRefused(stranger, "InvalidIdentityToken");
        }
        assertThat(issuer.asked()).isLessThanOrEqualTo(known + 2);
        issuer.addKey("second");
        String token = issuer.token(issuer.claims("alice"), "second");
        long limit = System.nanoTime() + 20_000_000_000L;
        while (true) {
            try {
                assertThat(verifier.verify(token).user()).isEqualTo("alice");
                return;
            } catch (AwsException notYet) {
                assertThat(System.nanoTime()).isLessThan(limit);
                Thread.sleep(200);
            }
        }
    }

    @Test
    void whatIsWrongWithATokenIsFoundWhateverItIs() throws Exception {
        Map<String, JwtClaims> wrong = new LinkedHashMap<>();
        wrong.put("another issuer", issuer.claims("alice"));
        wrong.get("another issuer").setIssuer("https://127.0.0.1/realm");
        wrong.put("another audience", issuer.claims("alice"));
        wrong.get("another audience").setAudience("account");
        wrong.put("no audience", issuer.claims("alice"));
        wrong.get("no audience").unsetClaim("aud");
        wrong.put("no end", issuer.claims("alice"));
        wrong.get("no end").unsetClaim("exp");
        wrong.put("not yet", issuer.claims("alice"));
        wrong.get("not yet").setNotBeforeMinutesInThePast(-10);
        wrong.put("no user", issuer.claims("alice"));
        wrong.get("no user").unsetClaim("preferred_username");
        wrong.put("blank user", issuer.claims(" "));
        wrong.put("long user", issuer.claims("a".repeat(129)));
        wrong.put("user of another type", issuer.claims("alice"));
        wrong.get("user of another type").setClaim("preferred_username", List.of("alice"));
        wrong.put("refresh token", issuer.claims("alice"));
        wrong.get("refresh token").setClaim("typ", "Refresh");
        wrong.put("several audiences and nobody who asked", issuer.claims("alice"));
        wrong.get("several audiences and nobody who asked").setAudience("nephele", "account");
        for (var entry : wrong.entrySet()) {
            String token = issuer.token(entry.getValue(), "first");
            assertThatThrownBy(() -> verifier.verify(token))
                    .as(entry.getKey())
                    .isInstanceOfSatisfying(AwsException.class, e -> {
                        assertThat(e.code()).isEqualTo("InvalidIdentityToken");
                        assertThat(e.status()).isEqualTo(400);
                        assertThat(e.getMessage()).doesNotContain("alice");
                    });
        }
        var several = issuer.claims("alice");
        several.setAudience("nephele", "account");
        several.setClaim("azp", "nephele-cli");
        assertThat(verifier.verify(issuer.token(several, "first")).user()).isEqualTo("alice");
    }

    @Test
    void anOldTokenIsToldFromAWrongOne() throws Exception {
        var old = issuer.claims("alice");
        old.setExpirationTime(NumericDate.fromSeconds(NumericDate.now().getValue() - 60));
        assertRefused(issuer.token(old, "first"), "ExpiredTokenException");
    }

    @Test
    void aTokenWithoutASignatureOrWithOneThatAnybodyCanMakeIsRefused() throws Exception {
        var none = new JsonWebSignature();
        none.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
        none.setAlgorithmHeaderValue(AlgorithmIdentifiers.NONE);
        none.setKeyIdHeaderValue("first");
        none.setPayload(issuer.claims("alice").toJson());
        assertRefused(none.getCompactSerialization(), "InvalidIdentityToken");

        var hmac = new JsonWebSignature();
        hmac.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
        hmac.setKeyIdHeaderValue("first");
        hmac.setKey(new HmacKey(issuer.publicKeys().getFirst().getPublicKey().getEncoded()));
        hmac.setPayload(issuer.claims("alice").toJson());
        assertRefused(hmac.getCompactSerialization(), "InvalidIdentityToken");

        assertRefused(TestIssuer.token(issuer.claims("alice"), TestIssuer.key("first")), "InvalidIdentityToken");
        String[] parts = issuer.token(issuer.claims("alice"), "first").split("\\.");
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        String changed = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(claims.replace("alice", "mallory").getBytes(StandardCharsets.UTF_8));
        assertRefused(parts[0] + "." + changed + "." + parts[2], "InvalidIdentityToken");
        assertRefused("nonsense", "InvalidIdentityToken");
        assertRefused("a".repeat(30_000), "InvalidIdentityToken");
    }

    @Test
    void anIssuerThatCannotBeReachedOrIsNotTrustedIsSaidToBeUnreachable() throws Exception {
        String token = issuer.token(issuer.claims("alice"), "first");
        assertThatThrownBy(() -> verifier(issuer.url(), null).verify(token))
                .satisfies(e -> code(e, "IDPCommunicationError"));
        issuer.pretendToBeAnother();
        assertThatThrownBy(() -> verifier(issuer.url(), issuer.caFile()).verify(token))
                .satisfies(e -> code(e, "IDPCommunicationError"));
        issuer.close();
        assertThatThrownBy(() -> verifier(issuer.url(), issuer.caFile()).verify(token))
                .satisfies(e -> code(e, "IDPCommunicationError"));
    }

    @Test
    void anIssuerIsHttps() {
        assertThatThrownBy(() -> new IssuerKeys("http://127.0.0.1/realm", null)).hasMessageContaining("https");
    }

    private static TokenVerifier verifier(String url, Path caFile) {
        return new TokenVerifier(url, "nephele", "preferred_username", new IssuerKeys(url, caFile));
    }

    private void assertRefused(String token, String code) {
        assertThatThrownBy(() -> verifier.verify(token)).satisfies(e -> code(e, code));
    }

    private static void code(Throwable e, String code) {
        assertThat(e)
                .isInstanceOfSatisfying(
                        AwsException.class, aws -> assertThat(aws.code()).isEqualTo(code));
    }
}
