package io.nephele.operator.admission;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.nephele.operator.Settings;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The certificate of the webhooks. It is in a Secret that all replicas read; whoever first sees that it is missing or due makes it, and the API server lets only one of them. The authority
 * that signs it is replaced long before it ends, and the old one stays trusted until what it has signed is over.
 */
@Singleton
class WebhookCertificate {

    static final String SECRET = "nephele-webhook-tls";
    private static final String CERTIFICATE = "tls.crt";
    private static final String KEY = "tls.key";
    private static final String TRUSTED = "ca.crt";
    private static final String AUTHORITY = "authority.crt";
    private static final String AUTHORITY_KEY = "authority.key";

    private static final PatchContext JSON_PATCH = PatchContext.of(PatchType.JSON);

    private final KubernetesClient client;
    private final Settings settings;
    private final Clock clock;

    /** A certificate and its key, both PEM. */
    record Pair(String certificate, String key) {

        PemKeyCertOptions options() {
            return new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(certificate))
                    .addKeyValue(Buffer.buffer(key));
        }
    }

    WebhookCertificate(KubernetesClient client, Settings settings, Clock clock) {
        this.client = client;
        this.settings = settings;
        this.clock = clock;
    }

    /** The pair to serve with. Where it is made here, it is trusted by the API server when this returns. */
    Pair current() {
        Secret secret = read();
        if (!settings.webhook().selfSigned()) {
            if (secret == null) {
                throw new IllegalStateException("there is no Secret " + SECRET + " yet");
            }
            return new Pair(value(secret, CERTIFICATE), value(secret, KEY));
        }
        if (secret == null) {
            write(null, Issued.fresh(names(), settings.webhook().certificateLife(), clock.instant()));
            secret = read();
        } else if (Issued.isDue(value(secret, CERTIFICATE), clock.instant())) {
            write(secret, issued(secret).renewed(names(), settings.webhook().certificateLife(), clock.instant()));
            secret = read();
        }
        if (secret == null) {
            throw new IllegalStateException("the Secret " + SECRET + " has gone");
        }
        trust(value(secret, TRUSTED));
        return new Pair(value(secret, CERTIFICATE), value(secret, KEY));
    }

    private static Issued issued(Secret secret) {
        return new Issued(
                value(secret, AUTHORITY),
                value(secret, AUTHORITY_KEY),
                value(secret, TRUSTED),
                value(secret, CERTIFICATE),
                value(secret, KEY));
    }

    /** How the API server calls the webhooks. */
    private List<String> names() {
        var names = new ArrayList<String>();
        names.add("nephele-operator." + settings.systemNamespace() + ".svc");
        settings.webhook().hosts().ifPresent(names::addAll);
        return names;
    }

    private @Nullable Secret read() {
        return client.secrets()
                .inNamespace(settings.systemNamespace())
                .withName(SECRET)
                .get();
    }

    private static String value(Secret secret, String key) {
        String encoded = secret.getData() == null ? null : secret.getData().get(key);
        if (encoded == null) {
            throw new IllegalStateException("the Secret " + SECRET + " has no " + key + ": delete it");
        }
        return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
    }

    /** Another replica may be quicker: then its one is taken. */
    private void write(@Nullable Secret before, Issued issued) {
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withName(SECRET)
                .withNamespace(settings.systemNamespace())
                .withResourceVersion(
                        before == null ? null : before.getMetadata().getResourceVersion())
                .endMetadata()
                .withType("kubernetes.io/tls")
                .withStringData(Map.of(
                        CERTIFICATE, issued.certificate(),
                        KEY, issued.key(),
                        TRUSTED, issued.trusted(),
                        AUTHORITY, issued.authority(),
                        AUTHORITY_KEY, issued.authorityKey()))
                .build();
        try {
            if (before == null) {
                client.resource(secret).create();
            } else {
                client.resource(secret).update();
            }
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    /** Tells the API server, if it does not know yet. */
    private void trust(String authorities) {
        String bundle = Base64.getEncoder().encodeToString(authorities.getBytes(StandardCharsets.UTF_8));
        var validating = client.admissionRegistration().v1().validatingWebhookConfigurations();
        var mutating = client.admissionRegistration().v1().mutatingWebhookConfigurations();
        var v = validating.withName("nephele").get();
        if (v != null) {
            String patch =
                    patch(v.getWebhooks().stream().map(w -> w.getClientConfig().getCaBundle()), bundle);
            if (patch != null) {
                validating.withName("nephele").patch(JSON_PATCH, patch);
            }
        }
        var m = mutating.withName("nephele").get();
        if (m != null) {
            String patch =
                    patch(m.getWebhooks().stream().map(w -> w.getClientConfig().getCaBundle()), bundle);
            if (patch != null) {
                mutating.withName("nephele").patch(JSON_PATCH, patch);
            }
        }
    }

    /** A JSON patch of the bundles that differ, or null. */
    private static @Nullable String patch(Stream<@Nullable String> bundles, String bundle) {
        var patch = Json.MAPPER.createArrayNode();
        int index = 0;
        for (var present : bundles.toArray(String[]::new)) {
            if (!bundle.equals(present)) {
                patch.addObject()
                        .put("op", "add")
                        .put("path", "/webhooks/" + index + "/clientConfig/caBundle")
                        .put("value", bundle);
            }
            index++;
        }
        return patch.isEmpty() ? null : patch.toString();
    }
}
