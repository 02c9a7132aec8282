package io.nephele.sandbox.standin.cdi;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Api.Kind;
import io.nephele.sandbox.standin.HttpsEndpoint;
import io.nephele.sandbox.standin.KeyedQueue;
import io.nephele.sandbox.standin.OnChange;
import io.nephele.sandbox.standin.Steps;
import io.nephele.sandbox.standin.storage.DiskStore;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The double of CDI, and of the CSI drivers under it. It goes on from the objects that are there.
 *
 * <p>Faults are set off with the annotation {@code sandbox.nephele.io/fault} on a DataVolume: {@code http-404}, {@code http-500}, {@code checksum}, {@code too-small},
 * {@code crash} (the importer is killed) or {@code hang}; taken off again, an import that was failing goes on.
 */
public final class Cdi implements AutoCloseable {

    static final Kind DATA_VOLUME = new Kind("cdi.kubevirt.io", "v1beta1", "DataVolume", "datavolumes");
    static final Kind DATA_SOURCE = new Kind("cdi.kubevirt.io", "v1beta1", "DataSource", "datasources");
    static final Kind CLAIM = new Kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims");

    /** The classes of the sandbox's storage that a node has for itself. */
    public static final Set<String> LOCAL_CLASSES = Set.of(SandboxStorage.LOCAL);

    private static final String BY_SOURCE = "source";
    private static final String BY_CLAIM = "claim";
    private static final String WAITING = "waiting";
    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");
    private static final String DATA_SOURCE_KEY = "DataSource ";
    private static final int PARALLELISM = 32;

    private final Api api;
    private final KeyedQueue queue = new KeyedQueue("cdi", PARALLELISM, this::work);
    private final SharedIndexInformer<GenericKubernetesResource> dataVolumes;
    private final SharedIndexInformer<PersistentVolumeClaim> claims;
    private final SharedIndexInformer<Pod> pods;
    private final Classes classes;
    private final DataSources dataSources;
    private final PodQuota quota;
    private final Events events;
    private final DataVolumeController controller;
    private final Contents contents;
    private final Provisioner provisioner;

    private Cdi(
            KubernetesClient client,
            HttpsEndpoint https,
            Timings timings,
            Set<String> drivers,
            @Nullable DiskStore store) {
        api = new Api(client);
        var steps = new Steps(queue);
        events = new Events(api);
        var reports = new Reports(api, events);
        classes = new Classes(api);
        dataSources = new DataSources(api, this);
        quota = new PodQuota(api);
        var source = new Source();
        contents = store == null
                ? new Simulated(source, timings, steps)
                : new Disks(store, source, this, timings.progress(), steps, queue::add);
        provisioner = new Provisioner(api, classes, drivers, contents);
        var workers = new Pods(reports, timings, steps);
        controller = new DataVolumeController(
                api,
                this,
                reports,
                classes,
                provisioner,
                new Import(reports, provisioner, source, contents, quota, workers),
                new Clone(this, reports, provisioner, contents, workers),
                new Upload(reports, provisioner, contents, workers),
                timings,
                steps);
        SandboxStorage.install(api);
        dataVolumes = client.genericKubernetesResources(DATA_VOLUME.context())
                .inAnyNamespace()
                .runnableInformer(0);
        claims = client.persistentVolumeClaims().inAnyNamespace().runnableInformer(0);
        pods = client.pods().inAnyNamespace().runnableInformer(0);
        dataVolumes.addIndexers(Map.of(BY_SOURCE, this::cloneSource, WAITING, Cdi::waiting));
        pods.addIndexers(Map.of(BY_CLAIM, Cdi::claimsOf));
        Webhooks.install(api, https, this);
        var tokens = new UploadTokens(api);
        UploadApi.install(
                api, https, tokens, new UploadProxy(this, tokens, contents, timings.retryLimit(), queue::add));
        quota.start();
        dataSources.start();
        classes.start(this::classesChanged);
        for (SharedIndexInformer<?> informer : List.of(dataVolumes, claims, pods)) {
            informer.start().toCompletableFuture().join();
        }
        contents.retain(claims.getStore().list());
        dataVolumes.addEventHandler(new OnChange<>(
                this::changed, gone -> controller.forget(gone.getMetadata().getUid())));
        claims.addEventHandler(new OnChange<>(this::changed, contents::remove));
        dataSources.informer().addEventHandler(new OnChange<>(this::changedSource));
        pods.addEventHandler(
                new OnChange<>(this::podChanged, gone -> claimsOf(gone).forEach(this::released)));
    }

    /** Starts it for the storage of the sandbox; the CRDs must be there. */
    public static Cdi start(KubernetesClient client, HttpsEndpoint https, Timings timings) {
        return start(client, https, timings, Set.of(SandboxStorage.DRIVER));
    }

    /** Starts it, playing these CSI drivers. */
    public static Cdi start(KubernetesClient client, HttpsEndpoint https, Timings timings, Set<String> drivers) {
        return start(client, https, timings, drivers, null);
    }

    /**
     * Starts it with real disks.
     *
     * @param store keeps them; disks of claims that are gone are removed from it at once. Without one there are no disks
     */
    public static Cdi start(
            KubernetesClient client,
            HttpsEndpoint https,
            Timings timings,
            Set<String> drivers,
            @Nullable DiskStore store) {
        return new Cdi(client, https, timings, drivers, store);
    }

    /** The same for the storage of the sandbox. */
    public static Cdi start(KubernetesClient client, HttpsEndpoint https, Timings timings, @Nullable DiskStore store) {
        return start(client, https, timings, Set.of(SandboxStorage.DRIVER), store);
    }

    private void changed(HasMetadata object) {
        String key = key(object);
        queue.add(key);
        clonesGoOn(key);
        dataSources.of(key).forEach(this::changedSource);
    }

    private void changedSource(HasMetadata dataSource) {
        queue.add(DATA_SOURCE_KEY + key(dataSource));
    }

    private void podChanged(Pod pod) {
        if (hasEnded(pod)) {
            claimsOf(pod).forEach(this::released);
        }
    }

    private static boolean hasEnded(Pod pod) {
        return pod.getStatus() != null
                && ENDED.contains(String.valueOf(pod.getStatus().getPhase()));
    }

    /** No pod uses a claim any more. */
    private void released(String claim) {
        queue.add(claim);
        clonesGoOn(claim);
    }

    /** Clones wait for their source. */
    private void clonesGoOn(String claim) {
        dataVolumes.getIndexer().byIndex(BY_SOURCE, claim).stream()
                .filter(clone -> !"Succeeded".equals(clone.<Object>get("status", "phase")))
                .forEach(clone -> queue.add(key(clone)));
    }

    private void classesChanged() {
        dataVolumes.getIndexer().byIndex(WAITING, WAITING).forEach(waiting -> queue.add(key(waiting)));
    }

    private static String key(HasMetadata object) {
        return object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
    }

    private List<String> cloneSource(GenericKubernetesResource dataVolume) {
        DataVolume read = read(dataVolume);
        return read.isClone() ? List.of(read.cloneSource().key()) : List.of();
    }

    /** Whether it may wait for a StorageClass or a StorageProfile. */
    private static List<String> waiting(GenericKubernetesResource dataVolume) {
        List<Map<String, Object>> conditions = dataVolume.get("status", "conditions");
        boolean waits = conditions != null
                && conditions.stream()
                        .anyMatch(condition -> "ErrClaimNotValid".equals(condition.get("reason"))
                                || ("Bound".equals(condition.get("type"))
                                        && "Pending".equals(condition.get("reason"))));
        return waits ? List.of(WAITING) : List.of();
    }

    private static List<String> claimsOf(Pod pod) {
        return pod.getSpec().getVolumes().stream()
                .filter(volume -> volume.getPersistentVolumeClaim() != null)
                .map(volume -> pod.getMetadata().getNamespace() + "/"
                        + volume.getPersistentVolumeClaim().getClaimName())
                .toList();
    }

    private void work(String key) {
        if (key.startsWith(DATA_SOURCE_KEY)) {
            dataSources.reconcile(key.substring(DATA_SOURCE_KEY.length()));
            return;
        }
        DataVolume dataVolume = dataVolume(key);
        PersistentVolumeClaim claim = claims.getStore().getByKey(key);
        if (dataVolume != null) {
            controller.reconcile(dataVolume, claim);
        } else if (claim != null && claim.getMetadata().getDeletionTimestamp() != null) {
            provisioner.release(claim);
        } else if (claim != null) {
            provisioner.plain(claim);
        }
    }

    @Nullable PersistentVolumeClaim claim(String key) {
        return claims.getStore().getByKey(key);
    }

    @Nullable DataVolume dataVolume(String key) {
        GenericKubernetesResource dataVolume = dataVolumes.getStore().getByKey(key);
        return dataVolume == null ? null : read(dataVolume);
    }

    private DataVolume read(GenericKubernetesResource dataVolume) {
        String name = dataVolume.get("spec", "sourceRef", "name");
        String namespace = dataVolume.get("spec", "sourceRef", "namespace");
        DataVolume.ClaimRef referenced = name == null
                ? null
                : dataSources.claim(
                        (namespace == null ? dataVolume.getMetadata().getNamespace() : namespace) + "/" + name);
        return new DataVolume(api.tree(dataVolume), referenced);
    }

    /** The name of a running pod that uses a claim, or null. */
    @Nullable String userOf(DataVolume.ClaimRef claim) {
        return pods.getIndexer().byIndex(BY_CLAIM, claim.key()).stream()
                .filter(pod -> !hasEnded(pod))
                .map(pod -> pod.getMetadata().getName())
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() {
        queue.close();
        contents.close();
        events.close();
        dataVolumes.close();
        claims.close();
        pods.close();
        classes.close();
        quota.close();
        dataSources.close();
    }
}
