package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api;
import java.util.List;

/** The verbs that plug disks in and out: they change the template. Of what is refused, the texts that were not recorded are those of pkg/virt-api/rest in KubeVirt. */
final class VolumeVerbs {

    private static final String KIND = "virtualmachine";

    private final Api api;

    VolumeVerbs(Api api) {
        this.api = api;
    }

    /** The disk can be plugged out again, whether its source in the request says so or not. */
    void add(ObjectNode vm, JsonNode body) throws Refused {
        String name = body.path("name").asText();
        if (name.isEmpty()) {
            throw Refused.badRequest("AddVolumeOptions requires name to be set");
        }
        if (!(body.path("disk") instanceof ObjectNode device)) {
            throw Refused.badRequest("AddVolumeOptions requires disk to not be nil");
        }
        if (!(body.path("volumeSource") instanceof ObjectNode source)) {
            throw Refused.badRequest("AddVolumeOptions requires VolumeSource to not be nil");
        }
        JsonNode spec = vm.path("spec").path("template").path("spec");
        for (JsonNode volume : spec.path("volumes")) {
            if (volume.path("name").asText().equals(name)) {
                throw refuse(vm, "Unable to add volume [%s] because volume with that name already exists", name);
            }
        }
        ArrayNode volumes = copy(spec.path("volumes"));
        ArrayNode disks = copy(spec.at("/domain/devices/disks"));
        ObjectNode volume = volumes.addObject();
        volume.put("name", name);
        volume.setAll(source.deepCopy());
        for (String kind : List.of("dataVolume", "persistentVolumeClaim")) {
            if (volume.path(kind) instanceof ObjectNode claim) {
                claim.put("hotpluggable", true);
            }
        }
        ObjectNode disk = disks.addObject();
        disk.setAll(device.deepCopy());
        disk.put("name", name);
        write(vm, volumes, disks);
    }

    void remove(ObjectNode vm, JsonNode body) throws Refused {
        String name = body.path("name").asText();
        if (name.isEmpty()) {
            throw Refused.badRequest("RemoveVolumeOptions requires name to be set");
        }
        JsonNode spec = vm.path("spec").path("template").path("spec");
        ArrayNode volumes = copy(spec.path("volumes"));
        ArrayNode disks = copy(spec.at("/domain/devices/disks"));
        int before = volumes.size();
        volumes.removeIf(volume -> volume.path("name").asText().equals(name));
        if (volumes.size() == before) {
            throw refuse(vm, "Unable to remove volume [%s] because it does not exist", name);
        }
        if (!Hotplug.pluggable(spec).contains(name)) {
            throw refuse(vm, "Unable to remove volume [%s] because it is not hotpluggable", name);
        }
        disks.removeIf(disk -> disk.path("name").asText().equals(name));
        write(vm, volumes, disks);
    }

    private ArrayNode copy(JsonNode array) {
        return array instanceof ArrayNode present
                ? present.deepCopy()
                : api.object().arrayNode();
    }

    private void write(ObjectNode vm, ArrayNode volumes, ArrayNode disks) {
        ObjectNode patch = api.object();
        ObjectNode spec = patch.putObject("spec").putObject("template").putObject("spec");
        spec.set("volumes", volumes);
        spec.putObject("domain").putObject("devices").set("disks", disks);
        JsonNode metadata = vm.path("metadata");
        api.patch(
                Kinds.VM,
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                patch,
                "virt-api");
    }

    private static Refused refuse(ObjectNode vm, String text, String name) {
        return Refused.conflict(KIND, vm.path("metadata").path("name").asText(), text.formatted(name));
    }
}
