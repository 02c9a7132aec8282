package io.nephele.sandbox.launcher;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.nephele.sandbox.controlplane.ControlPlane;
import io.nephele.sandbox.controlplane.Pki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * The API server believes the tokens of an issuer, by the rules of {@code docs/examples/authentication.yaml}, the file that the documentation tells a site to use.
 *
 * @param issuer what stands in tokens as {@code iss}
 */
record TokenLogin(String issuer) {

    /** The folder of {@code nephele-login} in the source tree. */
    static final String CLIENT = "api-server/client";

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Writes that file for this issuer. */
    void writeConfiguration(Path home, Pki pki, Path target) throws IOException {
        var configuration = Serialization.unmarshal(
                Files.readString(home.resolve("docs/examples/authentication.yaml")), ObjectNode.class);
        ((ObjectNode) configuration.at("/jwt/0/issuer"))
                .put("url", issuer)
                .put("certificateAuthority", Files.readString(pki.authority()));
        Files.writeString(target, Serialization.asYaml(configuration));
    }

    /** Writes a kubeconfig with which {@code nephele-login} gets the tokens. */
    void writeKubeconfig(Path home, ControlPlane controlPlane, Path target) throws IOException {
        Files.writeString(
                target,
                controlPlane.kubeconfigWith(
                        "keycloak",
                        "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: '%s', args: [kubectl, --issuer, '%s', --ca-file, '%s']}}"
                                .formatted(
                                        home.resolve(CLIENT).resolve("nephele-login"),
                                        issuer,
                                        controlPlane.pki().resolve("ca.crt"))));
    }

    /**
     * Returns when the API server has fetched the issuer's keys. It goes for them every ten seconds until it gets them, and says of any token of the issuer that it has not got them.
     */
    void await(KubernetesClient client) throws InterruptedException {
        var review = new TokenReviewBuilder()
                .withNewSpec()
                .withToken(unsigned())
                .endSpec()
                .build();
        Instant limit = Instant.now().plus(LIMIT);
        while (true) {
            String error = client.resource(review).create().getStatus().getError();
            if (error != null && !error.contains("not initialized")) {
                return;
            }
            if (Instant.now().isAfter(limit)) {
                throw new IllegalStateException("The API server has no keys of " + issuer + ": " + error);
            }
            Thread.sleep(200);
        }
    }

    private String unsigned() {
        var base64 = Base64.getUrlEncoder().withoutPadding();
        return base64.encodeToString("{\"alg\":\"RS256\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + base64.encodeToString("{\"iss\":\"%s\"}".formatted(issuer).getBytes(StandardCharsets.UTF_8))
                + ".c2lnbmVk";
    }
}
