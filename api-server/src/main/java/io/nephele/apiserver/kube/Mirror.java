package io.nephele.apiserver.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All objects of a kind, by name and by index, as of a moment ago; and a way to wait until what was written is among them. */
final class Mirror<T extends HasMetadata> implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final SharedIndexInformer<T> informer;
    private final Object changed = new Object();

    Mirror(SharedIndexInformer<T> informer, Map<String, Function<T, List<String>>> indexes) {
        this.informer = informer;
        informer.addIndexers(indexes);
        informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                tell();
            }

            @Override
            public void onUpdate(T old, T object) {
                tell();
            }

            @Override
            public void onDelete(T object, boolean unknown) {
                tell();
            }
        });
        informer.start();
    }

    private void tell() {
        synchronized (changed) {
            changed.notifyAll();
        }
    }

    boolean isReady() {
        return informer.hasSynced();
    }

    @Nullable T get(@Nullable String namespace, String name) {
        return informer.getStore().getByKey(namespace == null ? name : namespace + "/" + name);
    }

    List<T> list() {
        return informer.getStore().list();
    }

    List<T> by(String index, String key) {
        return informer.getIndexer().byIndex(index, key);
    }

    /** Returns when the mirror shows this object, or a later version of it; after a few seconds in any case. */
    void await(T written) {
        long version = version(written);
        await(() -> {
            T present = get(
                    written.getMetadata().getNamespace(), written.getMetadata().getName());
            return present != null && version(present) >= version;
        });
    }

    /** Returns when the mirror shows that the object is gone, or is on its way out. */
    void awaitGone(T deleted) {
        await(() -> {
            T present = get(
                    deleted.getMetadata().getNamespace(), deleted.getMetadata().getName());
            return present == null
                    || !present.getMetadata()
                            .getUid()
                            .equals(deleted.getMetadata().getUid())
                    || present.getMetadata().getDeletionTimestamp() != null;
        });
    }

    private void await(java.util.function.BooleanSupplier condition) {
        long limit = System.nanoTime() + LIMIT.toNanos();
        synchronized (changed) {
            while (!condition.getAsBoolean() && System.nanoTime() < limit) {
                try {
                    changed.wait(20);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private long version(T object) {
        return Long.parseLong(object.getMetadata().getResourceVersion());
    }

    @Override
    public void close() {
        informer.close();
    }
}
