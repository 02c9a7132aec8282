package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.authentication.SelfSubjectReview;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.sandbox.controlplane.ControlPlane;
import io.nephele.sandbox.controlplane.Pki;
import io.nephele.sandbox.controlplane.Ports;
import io.nephele.sandbox.standin.Answer;
import io.nephele.sandbox.standin.HttpsEndpoint;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules of {@code docs/examples/authentication.yaml}, with tokens that no Keycloak would give. */
class TokenLoginTest {

    private static final String REFUSED = "Unauthorized";
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final ObjectMapper JSON = new ObjectMapper();

    private static KeyPair key;
    private static HttpsEndpoint issuer;
    private static ControlPlane controlPlane;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        key = newKey();
        Pki pki = Pki.in(directory.resolve("pki"));
        issuer = new HttpsEndpoint(pki.directory(), Ports.free());
        serve("/.well-known/openid-configuration", Map.of("issuer", issuer.url(), "jwks_uri", issuer.url() + "/keys"));
        var rsa = (RSAPublicKey) key.getPublic();
        serve(
                "/keys",
                Map.of(
                        "keys",
                        List.of(Map.of(
                                "kty", "RSA",
                                "alg", "RS256",
                                "use", "sig",
                                "kid", "1",
                                "n", BASE64.encodeToString(rsa.getModulus().toByteArray()),
                                "e",
                                        BASE64.encodeToString(
                                                rsa.getPublicExponent().toByteArray())))));
        var login = new TokenLogin(issuer.url());
        Path configuration = directory.resolve("authentication.yaml");
        login.writeConfiguration(Settings.sourceTree(), pki, configuration);
        controlPlane = ControlPlane.start(new ControlPlane.Settings(
                directory,
                Ports.free(),
                List.of(new ControlPlane.User("static", "static-token", List.of("some"))),
                false,
                configuration));
        try (KubernetesClient admin = controlPlane.adminClient()) {
            login.await(admin);
        }
    }

    @AfterAll
    static void stop() {
        controlPlane.close();
        issuer.close();
    }

    private static void serve(String path, Object body) {
        issuer.handle(path, _ -> Answer.json(200, JSON.writeValueAsString(body)));
    }

    @Test
    void namesAndGroupsOfTheRealmArePrefixedAndEverybodyIsInUsers() {
        var alice = whoAmI(token(Map.of("groups", List.of("administrators", "system:masters"))));
        assertThat(alice.getStatus().getUserInfo().getUsername()).isEqualTo("nephele:alice");
        assertThat(alice.getStatus().getUserInfo().getGroups())
                .containsExactlyInAnyOrder(
                        "nephele:administrators", "nephele:system:masters", "nephele:users", "system:authenticated");
    }

    @Test
    void whoHasNoGroupsIsInUsersAllTheSame() {
        assertThat(whoAmI(token(Map.of())).getStatus().getUserInfo().getGroups())
                .containsExactlyInAnyOrder("nephele:users", "system:authenticated");
    }

    @Test
    void usersOfTheStaticFileStay() {
        assertThat(whoAmI("static-token").getStatus().getUserInfo().getUsername())
                .isEqualTo("static");
    }

    @Test
    void aTokenForSomebodyElseIsRefused() {
        assertRefused(token(Map.of("aud", "account")));
        assertRefused(token(Map.of("aud", List.of("account", "nephele-operator"))));
        assertThat(whoAmI(token(Map.of("aud", List.of("account", "nephele"))))).isNotNull();
    }

    @Test
    void aTokenThatHasExpiredIsRefused() {
        assertRefused(token(Map.of("exp", Instant.now().getEpochSecond() - 1)));
    }

    @Test
    void aTokenOfAnotherIssuerIsRefused() {
        assertRefused(token(Map.of("iss", issuer.url() + "/realms/other")));
    }

    @Test
    void aTokenThatTheIssuerHasNotSignedIsRefused() throws Exception {
        assertRefused(token(Map.of(), newKey()));
        String token = token(Map.of());
        assertRefused(token.substring(0, token.lastIndexOf('.') + 1));
    }

    @Test
    void anEmptyNameOrOneWithAColonIsRefused() {
        assertRefused(token(Map.of("preferred_username", "")));
        assertRefused(token(Map.of("preferred_username", "system:admin")));
        assertRefused(token(Map.of("preferred_username", "a:b")));
        assertRefused(token(Map.of("preferred_username", List.of("alice"))));
    }

    private static void assertRefused(String token) {
        assertThatThrownBy(() -> whoAmI(token)).hasMessageContaining(REFUSED);
    }

    private static SelfSubjectReview whoAmI(String token) {
        try (KubernetesClient client = controlPlane.client(token)) {
            return client.resource(new SelfSubjectReview()).create();
        }
    }

    private static String token(Map<String, ?> claims) {
        return token(claims, key);
    }

    /** A token of alice's that is good but for what {@code claims} has otherwise. */
    private static String token(Map<String, ?> claims, KeyPair signer) {
        var all = new TreeMap<String, Object>(Map.of(
                "iss", issuer.url(),
                "aud", "nephele",
                "sub", "1",
                "exp", Instant.now().getEpochSecond() + 60,
                "preferred_username", "alice"));
        all.putAll(claims);
        try {
            String content = BASE64.encodeToString("{\"alg\":\"RS256\",\"kid\":\"1\"}".getBytes(StandardCharsets.UTF_8))
                    + "." + BASE64.encodeToString(JSON.writeValueAsBytes(all));
            var signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(signer.getPrivate());
            signature.update(content.getBytes(StandardCharsets.UTF_8));
            return content + "." + BASE64.encodeToString(signature.sign());
        } catch (GeneralSecurityException | com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyPair newKey() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }
}
