package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nephele.sandbox.controlplane.Pki;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** Tokens of the sandbox's Keycloak, got as its users get them. */
record Login(String issuer, Pki pki) {

    /** Of a sandbox's users. */
    static Login to(Sandbox sandbox) throws IOException {
        return new Login(
                sandbox.keycloak().issuer(), Pki.in(sandbox.controlPlane().pki()));
    }

    private static final String CALLBACK = "http://127.0.0.1:9/";
    private static final String VERIFIER = "a-verifier-of-at-least-forty-three-characters-.";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** An access token for a name and a password of the realm's own. */
    String password(String user, String password) throws IOException, InterruptedException {
        return tokens(Map.of("grant_type", "password", "username", user, "password", password))
                .path("access_token")
                .asText();
    }

    /** Access and ID token of somebody who logs in with a browser at an identity provider. */
    JsonNode through(String identityProvider, String user, String password) throws IOException, InterruptedException {
        String address = issuer + "/protocol/openid-connect/auth?"
                + Browser.encode(Map.of(
                        "client_id", "nephele",
                        "response_type", "code",
                        "scope", "openid",
                        "redirect_uri", CALLBACK,
                        "code_challenge", challenge(),
                        "code_challenge_method", "S256",
                        "kc_idp_hint", identityProvider));
        try (var browser = new Browser(pki)) {
            var end = browser.logIn(URI.create(address), user, password);
            assertThat(end.address().toString()).as(end.body()).startsWith(CALLBACK);
            return tokens(Map.of(
                    "grant_type",
                    "authorization_code",
                    "code",
                    end.parameter("code"),
                    "redirect_uri",
                    CALLBACK,
                    "code_verifier",
                    VERIFIER));
        }
    }

    /** Opens an address that {@code nephele-login} has printed, and logs in there with a local password. */
    void atDeviceAddress(String address, String user, String password) throws IOException, InterruptedException {
        try (var browser = new Browser(pki)) {
            var end = browser.logIn(URI.create(address), user, password);
            assertThat(end.body()).contains("Device Login Successful");
        }
    }

    /** What the token endpoint answers; the public client asks, unless another does. */
    JsonNode tokens(Map<String, String> form) throws IOException, InterruptedException {
        var all = new TreeMap<>(Map.of("client_id", "nephele"));
        all.putAll(form);
        try (HttpClient http = Https.trusting(pki, null)) {
            var response = http.send(
                    HttpRequest.newBuilder(URI.create(issuer + "/protocol/openid-connect/token"))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString("scope=openid&" + Browser.encode(all)))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return JSON.readTree(response.body());
        }
    }

    static JsonNode claims(String token) throws IOException {
        return JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
    }

    private static String challenge() {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(VERIFIER.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
