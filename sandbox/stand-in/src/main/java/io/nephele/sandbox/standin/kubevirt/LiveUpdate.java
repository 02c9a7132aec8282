package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Conditions;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Changes of a VM's template while it runs: some reach the running guest, the others wait for a restart. Recording s11. */
final class LiveUpdate {

    /** Handled one by one, below. */
    private static final Set<String> LIVE =
            Set.of("/domain/cpu/sockets", "/domain/memory/guest", "/nodeSelector", "/affinity", "/tolerations");

    /** While there is such a change, the others wait too. */
    private static final String NOT_LIVE = "a non-live-updatable field was changed in the template spec";

    private LiveUpdate() {}

    static void apply(Api api, Cluster cluster, ObjectNode vm, ObjectNode vmi, ObjectNode vmStatus) {
        JsonNode running = vmi.path("spec");
        JsonNode present = running;
        JsonNode template = vm.path("spec").path("template").path("spec");
        String namespace = vm.path("metadata").path("namespace").asText();
        var move = VolumeMove.of(vm, present, claim -> cluster.claim(namespace, claim));
        Set<String> plugged = new TreeSet<>(Hotplug.pluggable(template));
        plugged.addAll(Hotplug.pluggable(present));
        JsonNode wanted = Hotplug.without(move.undone(template, present), plugged);
        present = Hotplug.without(running, plugged);
        String restart = restartReason(wanted, present, vmi);
        var conditions = new Conditions(vmStatus.path("conditions"), false);
        if (restart == null) {
            conditions.remove("RestartRequired");
        } else {
            conditions.set("RestartRequired", "True", null, restart);
        }
        vmStatus.set("conditions", conditions.toArray());
        if (!vm.path("spec").has("updateVolumesStrategy") && vmStatus.has("volumeUpdateState")) {
            vmStatus.putObject("volumeUpdateState");
        }
        if (!covers(wanted, present, "")) {
            return;
        }
        var change = new VmiChange(api, new Vmi(vmi));
        if (!move.isEmpty()) {
            move.begin(change, vmStatus);
            change.spec().set("volumes", template.path("volumes"));
        }
        if (!Hotplug.pluggable(template).equals(Hotplug.pluggable(running))) {
            change.spec().set("volumes", template.path("volumes"));
            change.spec()
                    .withObjectProperty("domain")
                    .withObjectProperty("devices")
                    .set("disks", template.at("/domain/devices/disks"));
        }
        propagate(change, wanted, present, restart == null);
        change.send();
    }

    private static @Nullable String restartReason(JsonNode wanted, JsonNode present, JsonNode vmi) {
        int sockets = wanted.path("domain").path("cpu").path("sockets").asInt(1);
        if (sockets < present.path("domain").path("cpu").path("sockets").asInt(1)) {
            return "Reduction of CPU socket count requires a restart";
        }
        long guest =
                Sizes.bytes(wanted.path("domain").path("memory").path("guest").asText("0"));
        long running =
                Sizes.bytes(present.path("domain").path("memory").path("guest").asText("0"));
        if (guest != running) {
            long atBoot = Sizes.bytes(
                    vmi.path("status").path("memory").path("guestAtBoot").asText("0"));
            long most = Sizes.bytes(
                    present.path("domain").path("memory").path("maxGuest").asText("0"));
            if (running < 1L << 30 || guest < atBoot || guest > most) {
                return "memory updated in template spec. Memory-hotplug is not available for this VM configuration";
            }
        }
        return covers(wanted, present, "") ? null : NOT_LIVE;
    }

    /** Whether all that the template says is so in the VMI, which has defaults beside. */
    private static boolean covers(JsonNode wanted, JsonNode present, String path) {
        if (LIVE.contains(path)) {
            return true;
        }
        if (wanted.isObject()) {
            for (Iterator<String> names = wanted.fieldNames(); names.hasNext(); ) {
                String name = names.next();
                if (!covers(wanted.get(name), present.path(name), path + "/" + name)) {
                    return false;
                }
            }
            return present.isObject();
        }
        if (wanted.isArray()) {
            if (wanted.size() != present.size()) {
                return false;
            }
            for (int i = 0; i < wanted.size(); i++) {
                if (!covers(wanted.get(i), present.get(i), path + "/")) {
                    return false;
                }
            }
            return true;
        }
        return wanted.equals(present);
    }

    private static void propagate(VmiChange change, JsonNode wanted, JsonNode present, boolean resizable) {
        int sockets = wanted.path("domain").path("cpu").path("sockets").asInt(1);
        if (resizable
                && sockets != present.path("domain").path("cpu").path("sockets").asInt(1)) {
            change.spec().withObjectProperty("domain").withObjectProperty("cpu").put("sockets", sockets);
            change.condition("HotVCPUChange", "True", null, null);
        }
        String guest = wanted.path("domain").path("memory").path("guest").asText("");
        if (resizable
                && !guest.isEmpty()
                && !guest.equals(
                        present.path("domain").path("memory").path("guest").asText())) {
            change.spec()
                    .withObjectProperty("domain")
                    .withObjectProperty("memory")
                    .put("guest", guest);
            change.status().withObjectProperty("memory").put("guestRequested", guest);
            change.condition("HotMemoryChange", "True", null, null);
        }
        JsonNode selector = wanted.path("nodeSelector");
        if (selector instanceof ObjectNode object) {
            change.spec(present.path("nodeSelector"), "nodeSelector", object);
        } else if (present.has("nodeSelector")) {
            change.spec().putNull("nodeSelector");
        }
    }
}
