package io.nephele.sandbox.standin.storage;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.regex.Pattern;

/**
 * The volume of a claim. Its name comes from the claim's uid: a {@code spec.volumeName} that somebody wrote himself leads to nobody else's disk.
 *
 * @param node that has been chosen for the claim; it matters where storage is local
 * @param bytes asked for, in whole sectors
 */
public record Volume(String storageClass, String node, String name, long bytes) {

    private static final String SELECTED_NODE = "volume.kubernetes.io/selected-node";
    private static final String ANY_NODE = "any";
    private static final Pattern NODE = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");
    private static final int SECTOR = 512;

    public static Volume of(PersistentVolumeClaim claim) {
        var annotations = claim.getMetadata().getAnnotations();
        String node = annotations == null ? "" : annotations.getOrDefault(SELECTED_NODE, "");
        String storageClass = claim.getSpec().getStorageClassName();
        Quantity asked = claim.getSpec().getResources().getRequests().get("storage");
        long bytes = Quantity.getAmountInBytes(asked).longValue();
        return new Volume(
                storageClass == null || storageClass.isEmpty() ? "default" : storageClass,
                // An annotation can say anything.
                NODE.matcher(node).matches() ? node : ANY_NODE,
                name(claim),
                (bytes + SECTOR - 1) / SECTOR * SECTOR);
    }

    /** As a provisioner names it. */
    public static String name(PersistentVolumeClaim claim) {
        return "pvc-" + claim.getMetadata().getUid();
    }
}
