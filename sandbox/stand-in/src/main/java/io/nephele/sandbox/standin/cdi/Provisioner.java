package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.nephele.sandbox.standin.Api;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The CSI provisioner and the binder: a claim gets a volume of its size. Only the claims show it: PersistentVolumes are left out. */
final class Provisioner {

    private final Api api;
    private final Classes classes;
    private final Set<String> drivers;
    private final Contents contents;

    /** Claims that got their volume a moment ago, by uid: the cache may not know yet. */
    private final Set<String> handed = ConcurrentHashMap.newKeySet();

    /** Plays the drivers given; claims for others are left to somebody else. */
    Provisioner(Api api, Classes classes, Set<String> drivers, Contents contents) {
        this.api = api;
        this.classes = classes;
        this.drivers = Set.copyOf(drivers);
        this.contents = contents;
    }

    /** Whether volumes are made for the claim at all. */
    boolean serves(PersistentVolumeClaim claim) {
        StorageClass storageClass = storageClass(claim);
        return storageClass != null && drivers.contains(storageClass.getProvisioner());
    }

    /** Whether a claim has to wait for a pod that uses it. */
    boolean waitsForConsumer(PersistentVolumeClaim claim) {
        var annotations = claim.getMetadata().getAnnotations();
        boolean consumed = annotations != null
                && (annotations.containsKey(Annotations.SELECTED_NODE)
                        || annotations.containsKey(Annotations.BIND_IMMEDIATE));
        return !consumed && Classes.waitsForFirstConsumer(storageClass(claim));
    }

    /** A claim that nobody fills: bound at once, or when its first consumer comes. It is also grown here. */
    void plain(PersistentVolumeClaim claim) {
        if (Claims.isBound(claim)) {
            grow(claim);
        } else if (serves(claim) && !waitsForConsumer(claim) && claim.getSpec().getDataSourceRef() == null) {
            contents.provide(claim);
            hand(claim, Map.of());
            bind(claim);
        }
    }

    /** Gives a claim its volume and says so in its annotations; it is bound in the next moment. */
    void hand(PersistentVolumeClaim claim, Map<String, String> annotations) {
        ObjectNode patch = api.object();
        ObjectNode metadata = patch.putObject("metadata");
        ObjectNode all = metadata.putObject("annotations");
        annotations.forEach(all::put);
        all.put(Annotations.BIND_COMPLETED, "yes").put(Annotations.BOUND_BY_CONTROLLER, "yes");
        StorageClass storageClass = storageClass(claim);
        boolean chosen = claim.getMetadata().getAnnotations() != null
                && claim.getMetadata().getAnnotations().containsKey(Annotations.SELECTED_NODE);
        if (storageClass != null
                && (chosen || !Classes.waitsForFirstConsumer(storageClass))
                && classes.hasDriver(storageClass)) {
            all.put(Annotations.PROVISIONER, storageClass.getProvisioner())
                    .put(Annotations.BETA_PROVISIONER, storageClass.getProvisioner());
        }
        if (claim.getMetadata().getFinalizers().contains(Annotations.CLONE_FINALIZER)) {
            metadata.set("finalizers", withoutCloneFinalizer(claim));
        }
        if (claim.getSpec().getVolumeName() == null) {
            patch.putObject("spec")
                    .put("volumeName", "pvc-" + claim.getMetadata().getUid());
        }
        api.patch(
                Cdi.CLAIM,
                claim.getMetadata().getNamespace(),
                claim.getMetadata().getName(),
                patch);
        handed.add(claim.getMetadata().getUid());
    }

    /** Says something in the annotations of a claim. */
    void annotate(PersistentVolumeClaim claim, Map<String, String> annotations) {
        ObjectNode patch = api.object();
        ObjectNode all = patch.putObject("metadata").putObject("annotations");
        annotations.forEach(all::put);
        api.patch(
                Cdi.CLAIM,
                claim.getMetadata().getNamespace(),
                claim.getMetadata().getName(),
                patch);
    }

    /** Whether a claim has its volume. */
    boolean hasVolume(PersistentVolumeClaim claim) {
        if (claim.getSpec().getVolumeName() != null) {
            handed.remove(claim.getMetadata().getUid());
            return true;
        }
        return handed.contains(claim.getMetadata().getUid());
    }

    void bind(PersistentVolumeClaim claim) {
        contents.grow(claim);
        ObjectNode status = api.object();
        status.put("phase", "Bound");
        status.putObject("capacity").put("storage", Claims.request(claim).toString());
        claim.getSpec().getAccessModes().forEach(status.putArray("accessModes")::add);
        patchStatus(claim, status);
    }

    /** Lets a claim go that was being cloned into. */
    void release(PersistentVolumeClaim claim) {
        if (claim.getMetadata().getFinalizers().contains(Annotations.CLONE_FINALIZER)) {
            ObjectNode patch = api.object();
            patch.putObject("metadata").set("finalizers", withoutCloneFinalizer(claim));
            api.patch(
                    Cdi.CLAIM,
                    claim.getMetadata().getNamespace(),
                    claim.getMetadata().getName(),
                    patch);
        }
    }

    /** Gives a bound claim what it asks for by now. */
    void grow(PersistentVolumeClaim claim) {
        Quantity given = claim.getStatus().getCapacity() == null
                ? null
                : claim.getStatus().getCapacity().get("storage");
        if (given == null
                || given.getNumericalAmount().compareTo(Claims.request(claim).getNumericalAmount()) < 0) {
            contents.grow(claim);
            ObjectNode status = api.object();
            status.putObject("capacity").put("storage", Claims.request(claim).toString());
            patchStatus(claim, status);
        }
    }

    private ArrayNode withoutCloneFinalizer(PersistentVolumeClaim claim) {
        ArrayNode rest = api.object().putArray("rest");
        claim.getMetadata().getFinalizers().stream()
                .filter(finalizer -> !finalizer.equals(Annotations.CLONE_FINALIZER))
                .forEach(rest::add);
        return rest;
    }

    private void patchStatus(PersistentVolumeClaim claim, ObjectNode status) {
        api.patchStatus(
                Cdi.CLAIM,
                claim.getMetadata().getNamespace(),
                claim.getMetadata().getName(),
                status);
    }

    private @Nullable StorageClass storageClass(PersistentVolumeClaim claim) {
        String name = claim.getSpec().getStorageClassName();
        return name == null || name.isEmpty() ? null : classes.find(name);
    }
}
