package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.nephele.sandbox.standin.Api;

/** The CSI provisioner and the binder: a claim gets a volume of its size. Only the claims show it: PersistentVolumes are left out. */
final class Provisioner {

    private final Api api;

    Provisioner(Api api) {
        this.api = api;
    }

    static boolean isBound(PersistentVolumeClaim claim) {
        return claim.getStatus() != null && "Bound".equals(claim.getStatus().getPhase());
    }

    /** A claim of nobody's DataVolume: bound at once, or when its first consumer comes. It is also grown here. */
    void plain(PersistentVolumeClaim claim) {
        String storageClass = claim.getSpec().getStorageClassName();
        Classes.Profile profile = storageClass == null ? null : Classes.profile(storageClass);
        boolean waits = profile != null && profile.waitsForFirstConsumer() && !hasConsumer(claim);
        boolean populated = claim.getSpec().getDataSourceRef() != null;
        if (isBound(claim)) {
            grow(claim);
        } else if (profile != null && !waits && !populated) {
            bind(claim);
        }
    }

    static boolean hasConsumer(PersistentVolumeClaim claim) {
        var annotations = claim.getMetadata().getAnnotations();
        return annotations != null
                && (annotations.containsKey("volume.kubernetes.io/selected-node")
                        || annotations.containsKey("cdi.kubevirt.io/storage.bind.immediate.requested"));
    }

    void bind(PersistentVolumeClaim claim) {
        String namespace = claim.getMetadata().getNamespace();
        String name = claim.getMetadata().getName();
        if (claim.getSpec().getVolumeName() == null) {
            ObjectNode patch = api.object();
            patch.putObject("spec")
                    .put("volumeName", "pvc-" + claim.getMetadata().getUid());
            api.patch(Cdi.CLAIM, namespace, name, patch);
        }
        ObjectNode status = api.object();
        status.put("phase", "Bound");
        status.putObject("capacity").put("storage", request(claim).toString());
        claim.getSpec().getAccessModes().forEach(status.putArray("accessModes")::add);
        api.patchStatus(Cdi.CLAIM, namespace, name, status);
    }

    /** Gives a bound claim what it asks for by now. */
    void grow(PersistentVolumeClaim claim) {
        Quantity given = claim.getStatus().getCapacity() == null
                ? null
                : claim.getStatus().getCapacity().get("storage");
        if (given == null || given.getNumericalAmount().compareTo(request(claim).getNumericalAmount()) < 0) {
            ObjectNode status = api.object();
            status.putObject("capacity").put("storage", request(claim).toString());
            api.patchStatus(
                    Cdi.CLAIM,
                    claim.getMetadata().getNamespace(),
                    claim.getMetadata().getName(),
                    status);
        }
    }

    private static Quantity request(PersistentVolumeClaim claim) {
        return claim.getSpec().getResources().getRequests().getOrDefault("storage", new Quantity("0"));
    }
}
