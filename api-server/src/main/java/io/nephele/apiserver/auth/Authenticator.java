package io.nephele.apiserver.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.apiserver.Settings;
import io.nephele.apiserver.kube.Cluster;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.accesskey.AccessKeyStatus;
import io.nephele.crds.project.Project;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Finds out who has signed a request. A secret is read from the cluster once and remembered for a short time. */
@Singleton
public class Authenticator {

    private final Cluster cluster;
    private final KubernetesClient client;
    private final Cache<String, String> secrets;
    private final Clock clock = Clock.systemUTC();

    public Authenticator(Cluster cluster, KubernetesClient client, Settings settings) {
        this.cluster = cluster;
        this.client = client;
        this.secrets = Caffeine.newBuilder()
                .maximumSize(10_000)
                .expireAfterWrite(settings.secretTtl())
                .build();
    }

    /** The caller of a request whose signature is good. */
    public Caller authenticate(HttpCall call, Signature signature) {
        if (signature.token() != null) {
            throw signature.refused(Refusal.UNKNOWN_TOKEN);
        }
        AccessKey key = cluster.accessKey(signature.accessKeyId());
        if (key == null || !key.getSpec().isActive()) {
            throw signature.refused(Refusal.UNKNOWN_KEY);
        }
        String secret = secret(key);
        Project project = cluster.project(key.getMetadata().getNamespace());
        if (secret == null || project == null) {
            throw signature.refused(Refusal.UNKNOWN_KEY);
        }
        signature.verify(call, secret, clock.instant());
        return new Caller(
                key.getSpec().user(), project.getMetadata().getName(), project.accountId(), signature.accessKeyId());
    }

    private @Nullable String secret(AccessKey key) {
        return secrets.get(key.getMetadata().getUid(), _ -> read(key));
    }

    private @Nullable String read(AccessKey key) {
        Secret secret = client.secrets()
                .inNamespace(key.getMetadata().getNamespace())
                .withName(key.getStatus().secretName())
                .get();
        String encoded = secret == null || secret.getData() == null
                ? null
                : secret.getData().get(AccessKeyStatus.SECRET);
        return encoded == null ? null : new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
    }
}
