package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import org.jspecify.annotations.Nullable;

/** Whether a VMI could move to another node, and why not, in virt-handler's words. */
final class Migratability {

    private static final String ALLOW_BRIDGE = "kubevirt.io/allow-pod-bridge-network-live-migration";

    private final Cluster cluster;

    Migratability(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Sets the two conditions that say so. */
    void tell(Vmi vmi, VmiChange change) {
        String claim = unsharedClaim(vmi);
        if (claim != null) {
            String text = "cannot migrate VMI: PVC " + claim
                    + " is not shared, live migration requires that all PVCs must be shared (using ReadWriteMany access mode)";
            change.condition("LiveMigratable", "False", "DisksNotLiveMigratable", text);
            change.condition("StorageLiveMigratable", "True", null, null);
        } else if (hasFixedInterface(vmi)) {
            String text =
                    "cannot migrate VMI which does not use masquerade or a migratable plugin to connect to the pod network";
            change.condition("LiveMigratable", "False", "InterfaceNotLiveMigratable", text);
            change.condition("StorageLiveMigratable", "False", "NotMigratable", "InterfaceNotLiveMigratable: " + text);
        } else {
            change.condition("LiveMigratable", "True", null, null);
            change.condition("StorageLiveMigratable", "True", null, null);
        }
    }

    private @Nullable String unsharedClaim(Vmi vmi) {
        for (String name : Volumes.claims(vmi.tree())) {
            PersistentVolumeClaim claim = cluster.claim(vmi.namespace(), name);
            if (claim != null && !claim.getSpec().getAccessModes().contains("ReadWriteMany")) {
                return name;
            }
        }
        return null;
    }

    private static boolean hasFixedInterface(Vmi vmi) {
        if (vmi.metadata().path("annotations").has(ALLOW_BRIDGE)) {
            return false;
        }
        for (JsonNode network : vmi.spec().path("networks")) {
            for (JsonNode nic : vmi.spec().path("domain").path("devices").path("interfaces")) {
                if (network.has("pod") && nic.path("name").equals(network.path("name")) && nic.has("bridge")) {
                    return true;
                }
            }
        }
        return false;
    }
}
