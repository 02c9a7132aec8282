package io.nephele.sandbox.launcher;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.nephele.sandbox.controlplane.ChildProcess;
import io.nephele.sandbox.controlplane.Pki;
import io.nephele.sandbox.controlplane.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The real Keycloak, on 127.0.0.1, with the realms of {@code sandbox/keycloak/realms}: they are imported at the first start, and what became of them is kept.
 *
 * <p>Its port is kept too, for it is part of the issuer that tokens and kubeconfigs name. Only if somebody else has taken it does Keycloak move.
 */
public final class Keycloak implements AutoCloseable {

    private static final int PORT = 16445;
    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    /** The administrator of Keycloak itself, which {@code sandbox/keycloak/build} makes. */
    private static final String ADMINISTRATOR = "admin";

    private final Path portFile;
    private final int port;
    private final ChildProcess process;
    private final HttpClient http;

    private Keycloak(Path portFile, int port, ChildProcess process, HttpClient http) {
        this.portFile = portFile;
        this.port = port;
        this.process = process;
        this.http = http;
    }

    /**
     * Starts it; {@link #awaitReady()} says when it answers.
     *
     * @param operatorSecret of the client {@code nephele-operator}, if the realm is not there yet
     */
    static Keycloak start(Settings settings, Pki pki, String operatorSecret) throws IOException {
        Path directory = Files.createDirectories(settings.directory().resolve("keycloak"));
        Path portFile = directory.resolve("port");
        if (!Files.exists(portFile)) {
            Files.writeString(
                    portFile, Integer.toString(settings.fixedPorts() ? Ports.preferring(PORT) : Ports.free()));
        }
        int port = Ports.preferring(Integer.parseInt(Files.readString(portFile)));
        Path scripts = settings.home().resolve("sandbox/keycloak");
        List<String> command = List.of(
                scripts.resolve("start").toString(),
                distribution(scripts),
                directory.resolve("home").toString(),
                "--import-realm",
                "--https-port=" + port,
                "--hostname=" + url(port),
                "--https-certificate-file=" + pki.serverCertificate(),
                "--https-certificate-key-file=" + pki.serverKey(),
                // It speaks with itself where one realm plays the identity provider of the other.
                "--truststore-paths=" + pki.authority());
        var environment = Map.of(
                "JAVA_HOME", System.getProperty("java.home"),
                "NEPHELE_KEYCLOAK_URL", url(port),
                "NEPHELE_OPERATOR_SECRET", operatorSecret);
        Path log = settings.directory().resolve("logs/keycloak.log");
        return new Keycloak(
                portFile, port, ChildProcess.start("keycloak", command, environment, log), Https.trusting(pki, null));
    }

    /** Fetched and prepared if it is not there yet, which takes a minute. */
    private static String distribution(Path scripts) throws IOException {
        var builder =
                new ProcessBuilder(scripts.resolve("build").toString()).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process build = builder.start();
        String printed = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (build.onExit().join().exitValue() != 0) {
            throw new IllegalStateException(builder.command() + " failed: see above");
        }
        return printed;
    }

    /** Returns when tokens can be had. */
    void awaitReady() throws IOException, InterruptedException {
        Instant limit = Instant.now().plus(START_LIMIT);
        while (!answers()) {
            if (!process.isAlive() || Instant.now().isAfter(limit)) {
                throw new IllegalStateException(
                        "Keycloak does not start. The end of " + process.log() + ":\n" + process.lastOutput());
            }
            Thread.sleep(100);
        }
        if (Integer.parseInt(Files.readString(portFile)) != port) {
            pointIdentityProvidersHere();
            Files.writeString(portFile, Integer.toString(port));
        }
    }

    private boolean answers() throws InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(issuer() + "/.well-known/openid-configuration"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The one thing in the realms that names the port. */
    private void pointIdentityProvidersHere() throws IOException, InterruptedException {
        String login =
                send(HttpRequest.newBuilder(URI.create(url(port) + "/realms/master/protocol/openid-connect/token"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("grant_type=password&client_id=admin-cli&username="
                                + ADMINISTRATOR + "&password=" + ADMINISTRATOR)));
        String bearer = "Bearer "
                + new ObjectMapper().readTree(login).path("access_token").asText();
        for (String alias : List.of("university", "social")) {
            URI provider = URI.create(url(port) + "/admin/realms/nephele/identity-provider/instances/" + alias);
            String before = send(HttpRequest.newBuilder(provider).header("Authorization", bearer));
            send(HttpRequest.newBuilder(provider)
                    .header("Authorization", bearer)
                    .header("Content-Type", "application/json")
                    .PUT(BodyPublishers.ofString(
                            before.replaceAll("https://127\\.0\\.0\\.1:[0-9]+/", url(port) + "/"))));
        }
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = http.send(request.build(), BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new IllegalStateException("Keycloak answers " + response.statusCode() + ": " + response.body());
        }
        return response.body();
    }

    private static String url(int port) {
        return "https://127.0.0.1:" + port;
    }

    /** What stands in tokens as {@code iss}. */
    public String issuer() {
        return url(port) + "/realms/nephele";
    }

    @Override
    public void close() {
        process.close();
        http.close();
    }
}
