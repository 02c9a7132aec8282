package io.nephele.apiserver.auth;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.nephele.apiserver.Settings;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.accesskey.MasterKey;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The master key, from its Secret. It changes hardly ever; when it does, every replica knows within {@link #AGE}, and at once if it meets something made with the new one. */
@Singleton
public class MasterKeySource {

    private static final Logger LOG = Logger.getLogger(MasterKeySource.class);
    private static final Duration AGE = Duration.ofSeconds(60);

    /** Anybody can send signatures that do not match: they do not make more reads than this. */
    private static final Duration PAUSE = Duration.ofSeconds(3);

    private final KubernetesClient client;
    private final String namespace;
    private @Nullable MasterKey key;
    private @Nullable Long read;

    public MasterKeySource(KubernetesClient client, Settings settings) {
        this.client = client;
        this.namespace = settings.systemNamespace();
    }

    /** Whether there is one. */
    public boolean isReady() {
        return notOlderThan(key == null ? PAUSE : AGE) != null;
    }

    /** What {@code use} makes of the key. */
    public <T> T with(Function<MasterKey, T> use) {
        return use.apply(require(AGE));
    }

    /** A check that throws an {@link AwsException} if it fails. It is repeated if the key has been replaced in the meantime. */
    <T> T check(Function<MasterKey, T> check) {
        MasterKey before = require(AGE);
        try {
            return check.apply(before);
        } catch (AwsException refused) {
            MasterKey now = require(PAUSE);
            if (Arrays.equals(now.bytes(), before.bytes())) {
                throw refused;
            }
            return check.apply(now);
        }
    }

    private MasterKey require(Duration age) {
        MasterKey found = notOlderThan(age);
        if (found == null) {
            throw AwsException.of(503, "Unavailable", "The facade is starting: try again");
        }
        return found;
    }

    private synchronized @Nullable MasterKey notOlderThan(Duration age) {
        if (read == null || System.nanoTime() - read > age.toNanos()) {
            read = System.nanoTime();
            try {
                key = decode(client.secrets()
                        .inNamespace(namespace)
                        .withName(MasterKey.SECRET)
                        .get());
            } catch (KubernetesClientException e) {
                LOG.warnf("The Secret %s cannot be read: %d", MasterKey.SECRET, e.getCode());
            }
        }
        return key;
    }

    private static @Nullable MasterKey decode(@Nullable Secret secret) {
        String encoded = secret == null || secret.getData() == null
                ? null
                : secret.getData().get(MasterKey.DATA);
        byte[] bytes = encoded == null ? new byte[0] : Base64.getDecoder().decode(encoded);
        return bytes.length == MasterKey.LENGTH ? new MasterKey(bytes) : null;
    }
}
