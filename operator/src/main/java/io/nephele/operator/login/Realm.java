package io.nephele.operator.login;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nephele.operator.Settings.KeycloakSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A realm of Keycloak, as a client with a service account sees it that may {@code view-events} and {@code view-users}. It keeps its token until that is about to end.
 *
 * <p>All methods throw IOException when Keycloak is not reached or does not answer as it should; no message holds a secret.
 */
final class Realm {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration MARGIN = Duration.ofSeconds(20);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String issuer;
    private final String admin;
    private final String form;
    private final HttpClient http;
    private final Clock clock;
    private String token = "";
    private Instant renewAt = Instant.EPOCH;

    /**
     * Somebody has logged in.
     *
     * @param userId Keycloak's; what the event says of his name is what he has typed
     * @param time by Keycloak's clock
     */
    record Login(String userId, Instant time) {}

    /** @param issuer {@code https://<keycloak>/realms/<realm>} */
    Realm(String issuer, KeycloakSettings settings, Clock clock) {
        this.issuer = issuer;
        this.clock = clock;
        int realm = issuer.lastIndexOf("/realms/");
        if (realm < 0) {
            throw new IllegalArgumentException(
                    "nephele.keycloak.issuer is to be https://<keycloak>/realms/<realm>, not " + issuer);
        }
        admin = issuer.substring(0, realm) + "/admin" + issuer.substring(realm);
        form = "grant_type=client_credentials&client_id=" + encode(settings.clientId()) + "&client_secret="
                + encode(settings.clientSecret()
                        .orElseThrow(() -> new IllegalArgumentException("nephele.keycloak.client-secret is missing")));
        http = client(settings.caFile());
    }

    /** One page of the logins since a moment, the latest first. */
    List<Login> logins(Instant since, int first, int max) throws IOException, InterruptedException {
        JsonNode events = get("/events?type=LOGIN&dateFrom=" + Math.max(0, since.toEpochMilli()) + "&first=" + first
                        + "&max=" + max)
                .orElseThrow(() -> new IOException(issuer + " is no realm"));
        var logins = new ArrayList<Login>();
        for (JsonNode event : events) {
            logins.add(new Login(
                    event.path("userId").asText(),
                    Instant.ofEpochMilli(event.path("time").asLong())));
        }
        return logins;
    }

    /** The name of a user; empty if he is there no more. */
    Optional<String> userName(String userId) throws IOException, InterruptedException {
        return get("/users/" + encode(userId)).map(user -> user.path("username").asText());
    }

    private Optional<JsonNode> get(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = send(request(admin + path).header("Authorization", "Bearer " + token()));
        return switch (response.statusCode()) {
            case HttpURLConnection.HTTP_OK -> Optional.of(JSON.readTree(response.body()));
            case HttpURLConnection.HTTP_NOT_FOUND -> Optional.empty();
            case HttpURLConnection.HTTP_UNAUTHORIZED -> {
                renewAt = Instant.EPOCH;
                throw new IOException("Keycloak does not take its own token; the next one may be better");
            }
            case HttpURLConnection.HTTP_FORBIDDEN ->
                throw new IOException(
                        "the client may not see the realm: its service account needs the roles view-events and view-users of realm-management");
            default -> throw new IOException("Keycloak answers " + response.statusCode() + " to " + path);
        };
    }

    private String token() throws IOException, InterruptedException {
        if (clock.instant().isAfter(renewAt)) {
            HttpResponse<String> response = send(request(issuer + "/protocol/openid-connect/token")
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString(form)));
            if (response.statusCode() != HttpURLConnection.HTTP_OK) {
                throw new IOException("the client is not let in: " + response.statusCode() + " " + response.body());
            }
            JsonNode answer = JSON.readTree(response.body());
            token = answer.path("access_token").asText();
            renewAt = clock.instant()
                    .plusSeconds(answer.path("expires_in").asLong())
                    .minus(MARGIN);
        }
        return token;
    }

    private static HttpRequest.Builder request(String address) {
        return HttpRequest.newBuilder(URI.create(address)).timeout(TIMEOUT);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static HttpClient client(Optional<Path> authority) {
        var builder = HttpClient.newBuilder().connectTimeout(TIMEOUT);
        authority.map(Realm::trusting).ifPresent(builder::sslContext);
        return builder.build();
    }

    private static SSLContext trusting(Path authority) {
        try (InputStream in = Files.newInputStream(authority)) {
            var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int count = 0;
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                trusted.setCertificateEntry(Integer.toString(count++), certificate);
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("nephele.keycloak.ca-file cannot be read: " + e.getMessage(), e);
        }
    }
}
