package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Api.Kind;
import io.nephele.sandbox.standin.HttpsEndpoint;
import io.nephele.sandbox.standin.KeyedQueue;
import io.nephele.sandbox.standin.Steps;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The double of CDI. It goes on from the objects that are there.
 *
 * <p>Faults are set off with the annotation {@code sandbox.nephele.io/fault} on a DataVolume: {@code http-404}, {@code http-500}, {@code checksum}, {@code too-small} or
 * {@code hang}; taken off again, an import that was failing goes on.
 */
public final class Cdi implements AutoCloseable {

    static final Kind DATA_VOLUME = new Kind("cdi.kubevirt.io", "v1beta1", "DataVolume", "datavolumes");
    static final Kind CLAIM = new Kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims");

    private static final String BY_SOURCE = "source";
    private static final int PARALLELISM = 32;

    private final Api api;
    private final KeyedQueue queue = new KeyedQueue("cdi", PARALLELISM, this::work);
    private final SharedIndexInformer<GenericKubernetesResource> dataVolumes;
    private final SharedIndexInformer<PersistentVolumeClaim> claims;
    private final DataVolumeController controller;
    private final Provisioner provisioner;

    private Cdi(KubernetesClient client, HttpsEndpoint https, Timings timings) {
        api = new Api(client);
        var steps = new Steps(queue);
        provisioner = new Provisioner(api);
        controller = new DataVolumeController(api, this, provisioner, new Source(), timings, steps);
        Classes.install(api);
        Webhooks.install(api, https, this);
        dataVolumes = client.genericKubernetesResources(DATA_VOLUME.context())
                .inAnyNamespace()
                .runnableInformer(0);
        claims = client.persistentVolumeClaims().inAnyNamespace().runnableInformer(0);
        dataVolumes.addIndexers(Map.of(BY_SOURCE, Cdi::cloneSource));
        dataVolumes.start().toCompletableFuture().join();
        claims.start().toCompletableFuture().join();
        dataVolumes.addEventHandler(new Handler<>(this::changed));
        claims.addEventHandler(new Handler<>(this::changed));
    }

    /** Starts it; the CRDs must be there. */
    public static Cdi start(KubernetesClient client, HttpsEndpoint https, Timings timings) {
        return new Cdi(client, https, timings);
    }

    private void changed(HasMetadata object) {
        String key =
                object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
        queue.add(key);
        // Clones wait for their source.
        dataVolumes.getIndexer().byIndex(BY_SOURCE, key).stream()
                .filter(clone -> !"Succeeded".equals(clone.<Object>get("status", "phase")))
                .forEach(clone -> queue.add(clone.getMetadata().getNamespace() + "/"
                        + clone.getMetadata().getName()));
    }

    private static List<String> cloneSource(GenericKubernetesResource dataVolume) {
        String name = dataVolume.get("spec", "source", "pvc", "name");
        String namespace = dataVolume.get("spec", "source", "pvc", "namespace");
        return name == null
                ? List.of()
                : List.of((namespace == null ? dataVolume.getMetadata().getNamespace() : namespace) + "/" + name);
    }

    private void work(String key) {
        GenericKubernetesResource dataVolume = dataVolumes.getStore().getByKey(key);
        PersistentVolumeClaim claim = claims.getStore().getByKey(key);
        if (dataVolume != null) {
            controller.reconcile(key, api.tree(dataVolume), claim);
        } else if (claim != null) {
            provisioner.plain(claim);
        }
    }

    @Nullable PersistentVolumeClaim claim(String key) {
        return claims.getStore().getByKey(key);
    }

    @Nullable ObjectNode dataVolume(String key) {
        GenericKubernetesResource dataVolume = dataVolumes.getStore().getByKey(key);
        return dataVolume == null ? null : api.tree(dataVolume);
    }

    @Override
    public void close() {
        queue.close();
        dataVolumes.close();
        claims.close();
    }

    private record Handler<T>(Consumer<T> changed) implements ResourceEventHandler<T> {
        @Override
        public void onAdd(T object) {
            changed.accept(object);
        }

        @Override
        public void onUpdate(T old, T object) {
            changed.accept(object);
        }

        @Override
        public void onDelete(T object, boolean unknown) {
            changed.accept(object);
        }
    }
}
