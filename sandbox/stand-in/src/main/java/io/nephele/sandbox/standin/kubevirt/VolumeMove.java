package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Disks of a running VM that move from one claim to another, under {@code updateVolumesStrategy: Migration}: recording s14. */
final class VolumeMove {

    private final ArrayNode moved;
    private final Function<String, @Nullable PersistentVolumeClaim> claims;

    private VolumeMove(ArrayNode moved, Function<String, @Nullable PersistentVolumeClaim> claims) {
        this.moved = moved;
        this.claims = claims;
    }

    /** What the template asks for. */
    static VolumeMove of(ObjectNode vm, JsonNode present, Function<String, @Nullable PersistentVolumeClaim> claims) {
        var move = new VolumeMove(vm.arrayNode(), claims);
        if (!vm.path("spec").path("updateVolumesStrategy").asText().equals("Migration")) {
            return move;
        }
        for (JsonNode volume : vm.path("spec").path("template").path("spec").path("volumes")) {
            for (JsonNode old : present.path("volumes")) {
                String from = Volumes.claim(old);
                String to = Volumes.claim(volume);
                if (old.path("name").equals(volume.path("name")) && from != null && to != null && !from.equals(to)) {
                    ObjectNode entry = move.moved.addObject();
                    entry.put("volumeName", volume.path("name").asText());
                    move.describe(entry.putObject("sourcePVCInfo"), from);
                    move.describe(entry.putObject("destinationPVCInfo"), to);
                }
            }
        }
        return move;
    }

    private void describe(ObjectNode info, String name) {
        Volumes.describe(info, name, claims.apply(name));
    }

    boolean isEmpty() {
        return moved.isEmpty();
    }

    /** The template as it was before the move, for a comparison of everything else. */
    JsonNode undone(JsonNode wanted, JsonNode present) {
        if (isEmpty()) {
            return wanted;
        }
        ObjectNode undone = wanted.deepCopy();
        undone.set("volumes", present.path("volumes"));
        return undone;
    }

    /** Tells the VMI, which then has to migrate, and the VM. */
    void begin(VmiChange change, ObjectNode vmStatus) {
        change.status().set("migratedVolumes", moved);
        change.condition("VolumesChange", "True", null, "migrate volumes");
        for (JsonNode entry : moved) {
            for (JsonNode volume : change.status().path("volumeStatus")) {
                if (volume.path("name").equals(entry.path("volumeName"))) {
                    ((ObjectNode) volume).set("persistentVolumeClaimInfo", entry.path("destinationPVCInfo"));
                }
            }
        }
        vmStatus.putObject("volumeUpdateState")
                .putObject("volumeMigrationState")
                .set("migratedVolumes", moved);
    }
}
