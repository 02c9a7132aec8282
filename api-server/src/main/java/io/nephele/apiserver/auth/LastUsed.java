package io.nephele.apiserver.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.accesskey.AccessKeyStatus;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jboss.logging.Logger;

/** Writes into an AccessKey when and for what it was used last: seldom, beside the request, and without harm to it if that fails. */
@Singleton
public class LastUsed {

    private static final Logger LOG = Logger.getLogger(LastUsed.class);

    /** So often at most per key and replica. */
    private static final Duration INTERVAL = Duration.ofMinutes(5);

    private static final int MAX_KEYS = 100_000;

    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("nephele-api-server")
            .withForce(true)
            .build();

    private final KubernetesClient client;
    private final Cache<String, Instant> noted = Caffeine.newBuilder()
            .maximumSize(MAX_KEYS)
            .expireAfterWrite(INTERVAL)
            .build();

    public LastUsed(KubernetesClient client) {
        this.client = client;
    }

    /** A request was signed with it. */
    void note(AccessKey key, Signature signature, Instant now) {
        if (noted.asMap().putIfAbsent(key.getMetadata().getUid(), now) == null) {
            Thread.ofVirtual().name("last used").start(() -> write(key, signature, now));
        }
    }

    private void write(AccessKey key, Signature signature, Instant now) {
        var used = new AccessKey();
        used.setMetadata(new ObjectMetaBuilder()
                .withName(key.getMetadata().getName())
                .withNamespace(key.getMetadata().getNamespace())
                .withUid(key.getMetadata().getUid())
                .build());
        used.setStatus(new AccessKeyStatus(
                null,
                null,
                new AccessKeyStatus.LastUsed(
                        now.truncatedTo(ChronoUnit.SECONDS).toString(), signature.service(), signature.region()),
                null));
        try {
            client.resource(used).subresource("status").patch(APPLY);
        } catch (RuntimeException e) {
            LOG.debugf(
                    "The last use of %s/%s is not noted: %s",
                    used.getMetadata().getNamespace(), used.getMetadata().getName(), e.getMessage());
        }
    }
}
