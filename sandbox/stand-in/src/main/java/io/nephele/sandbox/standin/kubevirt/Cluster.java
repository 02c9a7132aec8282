package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.OnChange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the controllers see: one informer for each kind. VM, VMI and launcher pod share the key {@code namespace/name} of the VM. */
final class Cluster implements AutoCloseable {

    private static final String BY_VMI = "vmi";
    private static final String BY_VMI_NAME = "vmi-name";
    private static final String BY_CLAIM = "claim";

    private final Api api;
    private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
    private final SharedIndexInformer<GenericKubernetesResource> vms;
    private final SharedIndexInformer<GenericKubernetesResource> vmis;
    private final SharedIndexInformer<GenericKubernetesResource> migrations;
    private final SharedIndexInformer<Pod> pods;
    private final SharedIndexInformer<PersistentVolumeClaim> claims;

    Cluster(Api api) {
        this.api = api;
        KubernetesClient client = api.client();
        vms = add(client.genericKubernetesResources(Kinds.VM.context())
                .inAnyNamespace()
                .runnableInformer(0));
        vmis = add(client.genericKubernetesResources(Kinds.VMI.context())
                .inAnyNamespace()
                .runnableInformer(0));
        migrations = add(client.genericKubernetesResources(Kinds.VMIM.context())
                .inAnyNamespace()
                .runnableInformer(0));
        pods = add(client.pods()
                .inAnyNamespace()
                .withLabelIn("kubevirt.io", "virt-launcher", "hotplug-disk")
                .runnableInformer(0));
        claims = add(client.persistentVolumeClaims().inAnyNamespace().runnableInformer(0));
        vmis.addIndexers(Map.of(BY_CLAIM, Cluster::claimsOf));
        migrations.addIndexers(Map.of(BY_VMI_NAME, migration -> List.of(keyOfVmi(migration))));
        pods.addIndexers(Map.of(BY_VMI, pod -> List.of(keyOfVmi(pod))));
    }

    /**
     * Starts watching.
     *
     * @param present is told of every VMI that is there
     * @param changed is told the key of what changed
     */
    void start(Consumer<GenericKubernetesResource> present, Consumer<String> changed) {
        informers.forEach(informer -> informer.start().toCompletableFuture().join());
        vmis.getStore().list().forEach(present);
        vms.addEventHandler(new OnChange<>(vm -> changed.accept(key(vm))));
        vmis.addEventHandler(new OnChange<>(vmi -> changed.accept(key(vmi))));
        migrations.addEventHandler(new OnChange<>(migration -> changed.accept(keyOfVmi(migration))));
        pods.addEventHandler(new OnChange<>(pod -> changed.accept(keyOfVmi(pod))));
        claims.addEventHandler(new OnChange<>(
                claim -> vmis.getIndexer().byIndex(BY_CLAIM, key(claim)).forEach(vmi -> changed.accept(key(vmi)))));
    }

    private <T> SharedIndexInformer<T> add(SharedIndexInformer<T> informer) {
        informers.add(informer);
        return informer;
    }

    static String key(HasMetadata object) {
        return object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
    }

    private static String keyOfVmi(GenericKubernetesResource migration) {
        return migration.getMetadata().getNamespace() + "/" + migration.<Object>get("spec", "vmiName");
    }

    static String keyOfVmi(Pod pod) {
        return pod.getMetadata().getNamespace() + "/"
                + pod.getMetadata().getLabels().getOrDefault("vm.kubevirt.io/name", "");
    }

    private static List<String> claimsOf(GenericKubernetesResource vmi) {
        return Volumes.claims(vmi).stream()
                .map(claim -> vmi.getMetadata().getNamespace() + "/" + claim)
                .toList();
    }

    @Nullable ObjectNode vm(String key) {
        return tree(vms.getStore().getByKey(key));
    }

    @Nullable ObjectNode vmi(String key) {
        return tree(vmis.getStore().getByKey(key));
    }

    private @Nullable ObjectNode tree(@Nullable GenericKubernetesResource object) {
        return object == null ? null : api.tree(object);
    }

    /** A launcher pod, by its namespace and name. */
    @Nullable Pod pod(String key) {
        return pods.getStore().getByKey(key);
    }

    /** The migrations of a VMI, the oldest first. */
    List<Migration> migrations(String key) {
        return migrations.getIndexer().byIndex(BY_VMI_NAME, key).stream()
                .map(migration -> new Migration(api.tree(migration)))
                .sorted(Comparator.comparing(migration -> migration
                        .tree()
                        .path("metadata")
                        .path("creationTimestamp")
                        .asText()))
                .toList();
    }

    /** The launcher pods of a VMI, by the VMI's uid; the one that it began in first. */
    List<Pod> pods(String key, String vmiUid) {
        return pods(key, vmiUid, "virt-launcher");
    }

    /** The pods that hold the disks which were plugged into a VMI. */
    List<Pod> attachments(String key, String vmiUid) {
        return pods(key, vmiUid, "hotplug-disk");
    }

    private List<Pod> pods(String key, String vmiUid, String type) {
        return pods.getIndexer().byIndex(BY_VMI, key).stream()
                .filter(pod -> type.equals(pod.getMetadata().getLabels().get("kubevirt.io")))
                .filter(pod -> vmiUid.equals(pod.getMetadata().getLabels().get(Kinds.CREATED_BY)))
                .sorted(Comparator.comparing(pod -> pod.getMetadata().getCreationTimestamp()))
                .toList();
    }

    @Nullable PersistentVolumeClaim claim(String namespace, String name) {
        return claims.getStore().getByKey(namespace + "/" + name);
    }

    @Override
    public void close() {
        informers.forEach(SharedIndexInformer::close);
    }
}
