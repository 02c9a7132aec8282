package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/** A VirtualMachineInstanceMigration as the controllers read it. */
record Migration(ObjectNode tree) {

    static final String FINALIZER = "kubevirt.io/migrationJobFinalize";
    static final String VMI_NAME = "kubevirt.io/vmi-name";

    private static final Set<String> FINAL = Set.of("Succeeded", "Failed");

    String uid() {
        return tree.path("metadata").path("uid").asText();
    }

    String namespace() {
        return tree.path("metadata").path("namespace").asText();
    }

    String name() {
        return tree.path("metadata").path("name").asText();
    }

    String phase() {
        return tree.path("status").path("phase").asText();
    }

    boolean isFinal() {
        return FINAL.contains(phase());
    }

    boolean isDeleting() {
        return tree.path("metadata").has("deletionTimestamp");
    }

    boolean hasFinalizer() {
        for (JsonNode finalizer : tree.path("metadata").path("finalizers")) {
            if (finalizer.asText().equals(FINALIZER)) {
                return true;
            }
        }
        return false;
    }

    JsonNode addedNodeSelector() {
        return tree.path("spec").path("addedNodeSelector");
    }

    /** Whether the VMI has been told of it: from then on the nodes decide. */
    boolean isHandedTo(Vmi vmi) {
        return vmi.status().path("migrationState").path("migrationUid").asText().equals(uid());
    }
}
