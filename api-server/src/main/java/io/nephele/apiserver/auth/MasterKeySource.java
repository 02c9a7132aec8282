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
import java.util.concurrent.atomic.AtomicLong;
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
    private final AtomicLong read =
            new AtomicLong(System.nanoTime() - AGE.multipliedBy(2).toNanos());
    private volatile @Nullable MasterKey key;

    public MasterKeySource(KubernetesClient client, Settings settings) {
        this.client = client;
        this.namespace = settings.systemNamespace();
    }

    /** Whether there is one. */
    public boolean isReady() {
        return known() != null;
    }

    /** What {@code use} makes of the key. */
    public <T> T with(Function<MasterKey, T> use) {
        return use.apply(require());
    }

    /** A check that throws an {@link AwsException} if it fails. It is repeated if the key has been replaced in the meantime. */
    <T> T check(Function<MasterKey, T> check) {
        MasterKey before = require();
        try {
            return check.apply(before);
        } catch (AwsException refused) {
            if (isOlderThan(PAUSE)) {
                read();
            }
            MasterKey now = require();
            if (Arrays.equals(now.bytes(), before.bytes())) {
                throw refused;
            }
            return check.apply(now);
        }
    }

    private MasterKey require() {
        MasterKey known = known();
        if (known == null) {
            throw AwsException.of(503, "Unavailable", "The facade is starting: try again");
        }
        return known;
    }

    /** Nobody waits for an API server that is slow, if there is a key to go on with. */
    private @Nullable MasterKey known() {
        MasterKey known = key;
        if (known != null && isOlderThan(AGE)) {
            Thread.ofVirtual().name("master key").start(this::read);
        } else if (known == null && isOlderThan(PAUSE)) {
            read();
            return key;
        }
        return known;
    }

    /** Whether it was read so long ago. Of many who ask at once, one is told so, and reads it. */
    private boolean isOlderThan(Duration age) {
        long last = read.get();
        long now = System.nanoTime();
        return now - last > age.toNanos() && read.compareAndSet(last, now);
    }

    private void read() {
        try {
            key = decode(client.secrets()
                    .inNamespace(namespace)
                    .withName(MasterKey.SECRET)
                    .get());
        } catch (KubernetesClientException e) {
            LOG.warnf("The Secret %s cannot be read: %d", MasterKey.SECRET, e.getCode());
        }
    }

    private static @Nullable MasterKey decode(@Nullable Secret secret) {
        String encoded = secret == null || secret.getData() == null
                ? null
                : secret.getData().get(MasterKey.DATA);
        byte[] bytes = encoded == null ? new byte[0] : Base64.getDecoder().decode(encoded);
        return bytes.length == MasterKey.LENGTH ? new MasterKey(bytes) : null;
    }
}
