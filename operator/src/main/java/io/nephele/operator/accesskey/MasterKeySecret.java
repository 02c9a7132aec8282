package io.nephele.operator.accesskey;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.nephele.crds.accesskey.MasterKey;
import io.nephele.operator.Settings;
import io.nephele.operator.Writes;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The cloud's master key, made at the first start: of several replicas that try, the API server lets one, and all read that one's. */
@Singleton
public class MasterKeySecret {

    private static final Logger LOG = Logger.getLogger(MasterKeySecret.class);
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final Writes writes;
    private final Settings settings;
    private @Nullable MasterKey key;

    public MasterKeySecret(Writes writes, Settings settings) {
        this.writes = writes;
        this.settings = settings;
    }

    /** The facade answers nobody before it is there. */
    void start(@Observes StartupEvent event) {
        Thread.ofVirtual().name("master key").start(() -> {
            while (!isThere()) {
                LockSupport.parkNanos(RETRY.toNanos());
            }
        });
    }

    private boolean isThere() {
        try {
            get();
            return true;
        } catch (RuntimeException e) {
            LOG.warnf("There is no master key yet: %s", e.getMessage());
            return false;
        }
    }

    /** The key; made if there is none. */
    public synchronized MasterKey get() {
        if (key == null) {
            Secret secret = read();
            if (secret == null) {
                writes.create(fresh());
                secret = read();
            }
            key = decode(secret);
        }
        return key;
    }

    private @Nullable Secret read() {
        return writes.client()
                .secrets()
                .inNamespace(settings.systemNamespace())
                .withName(MasterKey.SECRET)
                .get();
    }

    private Secret fresh() {
        byte[] bytes = new byte[MasterKey.LENGTH];
        new SecureRandom().nextBytes(bytes);
        return new SecretBuilder()
                .withNewMetadata()
                .withName(MasterKey.SECRET)
                .withNamespace(settings.systemNamespace())
                .endMetadata()
                .withType("nephele.io/master-key")
                .withData(Map.of(MasterKey.DATA, Base64.getEncoder().encodeToString(bytes)))
                .build();
    }

    private static MasterKey decode(@Nullable Secret secret) {
        String encoded = secret == null || secret.getData() == null
                ? null
                : secret.getData().get(MasterKey.DATA);
        byte[] bytes = encoded == null ? new byte[0] : Base64.getDecoder().decode(encoded);
        if (bytes.length != MasterKey.LENGTH) {
            throw new IllegalStateException(
                    "The Secret " + MasterKey.SECRET + " holds no key of " + MasterKey.LENGTH
                            + " bytes: restore it from a backup, or delete it for a new one, with which all access keys change");
        }
        return new MasterKey(bytes);
    }
}
