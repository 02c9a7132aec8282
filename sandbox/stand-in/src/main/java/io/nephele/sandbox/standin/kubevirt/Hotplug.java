package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Steps;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Disks that are plugged into a running VM and out of it, as in s10. One attachment pod holds all of them: another set of disks takes another pod, and the one before goes when that
 * runs.
 */
final class Hotplug {

    private final Api api;
    private final Cluster cluster;
    private final Launchers launchers;
    private final Hypervisor hypervisor;
    private final Timings timings;
    private final Steps steps;

    Hotplug(Api api, Cluster cluster, Launchers launchers, Hypervisor hypervisor, Timings timings, Steps steps) {
        this.api = api;
        this.cluster = cluster;
        this.launchers = launchers;
        this.hypervisor = hypervisor;
        this.timings = timings;
        this.steps = steps;
    }

    /** The names of the volumes of a spec that may come and go. */
    static Set<String> pluggable(JsonNode spec) {
        Set<String> names = new TreeSet<>();
        for (JsonNode volume : spec.path("volumes")) {
            if (volume.path("persistentVolumeClaim").path("hotpluggable").asBoolean()
                    || volume.path("dataVolume").path("hotpluggable").asBoolean()) {
                names.add(volume.path("name").asText());
            }
        }
        return names;
    }

    /** A spec without these volumes and their disks. */
    static JsonNode without(JsonNode spec, Set<String> names) {
        if (names.isEmpty()) {
            return spec;
        }
        ObjectNode rest = spec.deepCopy();
        for (String pointer : List.of("/volumes", "/domain/devices/disks")) {
            if (rest.at(pointer) instanceof ArrayNode array) {
                array.removeIf(element -> names.contains(element.path("name").asText()));
            }
        }
        return rest;
    }

    /** The pluggable volumes that have a claim: those that an attachment pod holds. */
    private List<JsonNode> attachable(Vmi vmi) {
        Set<String> names = pluggable(vmi.spec());
        List<JsonNode> volumes = new ArrayList<>();
        for (JsonNode volume : vmi.spec().path("volumes")) {
            String claim = Volumes.claim(volume);
            if (names.contains(volume.path("name").asText())
                    && claim != null
                    && cluster.claim(vmi.namespace(), claim) != null) {
                volumes.add(volume);
            }
        }
        return volumes;
    }

    private static String podName(String launcher, List<JsonNode> volumes) {
        return "hp-volume-" + Launchers.suffix(launcher + volumes);
    }

    /** Brings the disks of a running VMI a step nearer to its spec. */
    void proceed(Vmi vmi, List<Pod> pods) {
        List<Pod> attachments = cluster.attachments(vmi.key(), vmi.uid());
        Set<String> wanted = pluggable(vmi.spec());
        if (wanted.isEmpty() && attachments.isEmpty() && plugged(vmi).isEmpty()) {
            return;
        }
        if (unplug(vmi, wanted) || announce(vmi, wanted)) {
            return;
        }
        List<JsonNode> volumes = attachable(vmi);
        String launcher = Launchers.podOn(vmi);
        Pod current = attach(vmi, null, launcher, volumes, attachments);
        if (!volumes.isEmpty() && (current == null || !Launchers.phase(current).equals("Running"))) {
            reportAttached(vmi, podName(launcher, volumes));
            return;
        }
        for (Pod old : attachments) {
            if ((current == null || !old.equals(current)) && isLeft(old, launcher, pods)) {
                launchers.remove(old);
                event(
                        vmi,
                        "SuccessfulDelete",
                        "Deleted attachment pod " + old.getMetadata().getName());
            }
        }
        if (current != null && !reportAttached(vmi, podName(launcher, volumes))) {
            mount(vmi);
        }
    }

    /** Whether a pod that holds another set of disks is of no use: its launcher is the VMI's, or has ended. */
    private static boolean isLeft(Pod old, String launcher, List<Pod> pods) {
        String owner = old.getMetadata().getOwnerReferences().getFirst().getName();
        return owner.equals(launcher)
                || pods.stream()
                        .filter(pod -> pod.getMetadata().getName().equals(owner))
                        .allMatch(Launchers::hasEnded);
    }

    /** Makes sure of the attachment pod beside a launcher; null until it is seen. */
    @Nullable Pod attach(Vmi vmi, @Nullable Migration migration, String launcher, List<JsonNode> volumes, List<Pod> attachments) {
        if (volumes.isEmpty()) {
            return null;
        }
        String name = podName(launcher, volumes);
        for (Pod pod : attachments) {
            if (pod.getMetadata().getName().equals(name)) {
                if (!Launchers.phase(pod).equals("Running")
                        && steps.due(pod.getMetadata().getUid(), vmi.key(), "Attached", timings.podStart())) {
                    launchers.ready(pod);
                    steps.forget(pod.getMetadata().getUid());
                }
                return pod;
            }
        }
        Pod owner = cluster.pod(vmi.namespace() + "/" + launcher);
        if (owner != null) {
            launchers.createAttachment(vmi, migration, owner, name);
            api.event(
                    migration == null ? vmi.tree() : migration.tree(),
                    "Normal",
                    "SuccessfulCreate",
                    "Created attachment pod " + name,
                    "virtualmachine-controller");
        }
        return null;
    }

    /** Whether the disks of a VMI are there on the node that it moves to. */
    boolean isAttached(Vmi vmi, Migration migration, Pod target) {
        List<JsonNode> volumes = attachable(vmi);
        if (volumes.isEmpty()) {
            return true;
        }
        Pod pod = attach(
                vmi, migration, target.getMetadata().getName(), volumes, cluster.attachments(vmi.key(), vmi.uid()));
        return pod != null && Launchers.phase(pod).equals("Running");
    }

    private static List<ObjectNode> plugged(Vmi vmi) {
        List<ObjectNode> entries = new ArrayList<>();
        for (JsonNode entry : vmi.status().path("volumeStatus")) {
            if (entry.has("hotplugVolume")) {
                entries.add((ObjectNode) entry);
            }
        }
        return entries;
    }

    private boolean unplug(Vmi vmi, Set<String> wanted) {
        for (ObjectNode entry : plugged(vmi)) {
            String name = entry.path("name").asText();
            if (!wanted.contains(name)) {
                var change = new VmiChange(api, vmi);
                switch (entry.path("phase").asText()) {
                    case "UnMountedFromPod" -> entry(change, name).put("phase", "Detaching");
                    case "Detaching" ->
                        ((ArrayNode) change.status().get("volumeStatus"))
                                .removeIf(other -> other.path("name").asText().equals(name));
                    default -> {
                        if (!hypervisor.unplug(vmi, name)) {
                            return true;
                        }
                        String text = "Volume " + name + " has been unmounted from virt-launcher pod";
                        tell(change, vmi, name, "UnMountedFromPod", "VolumeUnMountedFromPod", text)
                                .put("target", "");
                    }
                }
                change.send();
                return true;
            }
        }
        return false;
    }

    /** New disks, and those whose claim is missing. */
    private boolean announce(Vmi vmi, Set<String> wanted) {
        for (JsonNode volume : vmi.spec().path("volumes")) {
            String name = volume.path("name").asText();
            boolean known = false;
            for (JsonNode entry : vmi.status().path("volumeStatus")) {
                known |= entry.path("name").asText().equals(name);
            }
            if (!wanted.contains(name) || known) {
                continue;
            }
            var change = new VmiChange(api, vmi);
            ObjectNode entry = change.status().withArray("volumeStatus").addObject();
            Volumes.describe(volume, entry, claim -> cluster.claim(vmi.namespace(), claim));
            entry.putObject("hotplugVolume");
            if (entry.has("persistentVolumeClaimInfo")) {
                entry.put("phase", "Bound").put("reason", "PVCNotReady").put("message", "PVC is in phase Bound");
            } else {
                String claim = Volumes.claim(volume);
                entry.put("phase", "Pending")
                        .put("reason", "FailedPvcNotFound")
                        .put("message", "PVC " + claim + " not found");
                change.condition(
                        "LiveMigratable",
                        "False",
                        "DisksNotLiveMigratable",
                        "cannot migrate VMI: Unable to determine if PVC " + claim
                                + " is shared, live migration requires that all PVCs must be shared (using ReadWriteMany access mode)");
            }
            change.send();
            return true;
        }
        return false;
    }

    private boolean reportAttached(Vmi vmi, String pod) {
        var change = new VmiChange(api, vmi);
        boolean any = false;
        for (ObjectNode entry : plugged(vmi)) {
            String name = entry.path("name").asText();
            if (entry.path("phase").asText().equals("Bound")) {
                String text = "Created hotplug attachment pod " + pod + ", for volume " + name;
                tell(change, vmi, name, "AttachedToNode", "SuccessfulCreate", text);
            }
            boolean pending = entry.path("phase").asText().equals("Pending");
            if (!pending
                    && !entry.path("hotplugVolume")
                            .path("attachPodName")
                            .asText()
                            .equals(pod)) {
                entry(change, name).withObjectProperty("hotplugVolume").put("attachPodName", pod);
                any = true;
            }
        }
        change.send();
        return any;
    }

    /** The pod runs: its disks reach the launcher, then the guest. */
    private void mount(Vmi vmi) {
        var change = new VmiChange(api, vmi);
        for (ObjectNode entry : plugged(vmi)) {
            String name = entry.path("name").asText();
            switch (entry.path("phase").asText()) {
                case "AttachedToNode" ->
                    tell(
                            change,
                            vmi,
                            name,
                            "MountedToPod",
                            "VolumeMountedToPod",
                            "Volume " + name + " has been mounted in virt-launcher pod");
                case "MountedToPod" -> {
                    if (hypervisor.plug(vmi, name)) {
                        String text = "Successfully attach hotplugged volume " + name + " to VM";
                        tell(change, vmi, name, "Ready", "VolumeReady", text).put("target", target(vmi, name));
                    }
                }
                default -> {
                    // Nothing is left to do.
                }
            }
        }
        change.send();
    }

    private static String target(Vmi vmi, String name) {
        String prefix = "vd";
        for (JsonNode disk : vmi.spec().path("domain").path("devices").path("disks")) {
            if (disk.path("name").asText().equals(name)
                    && !disk.path("disk").path("bus").asText("virtio").equals("virtio")) {
                prefix = "sd";
            }
        }
        Set<String> taken = new TreeSet<>();
        vmi.status()
                .path("volumeStatus")
                .forEach(entry -> taken.add(entry.path("target").asText()));
        char letter = 'a';
        while (taken.contains(prefix + letter)) {
            letter++;
        }
        return prefix + letter;
    }

    private ObjectNode tell(VmiChange change, Vmi vmi, String name, String phase, String reason, String text) {
        event(vmi, reason, text);
        return entry(change, name).put("phase", phase).put("reason", reason).put("message", text);
    }

    private static ObjectNode entry(VmiChange change, String name) {
        for (JsonNode entry : change.status().path("volumeStatus")) {
            if (entry.path("name").asText().equals(name)) {
                return (ObjectNode) entry;
            }
        }
        throw new IllegalStateException("No such volume: " + name);
    }

    private void event(Vmi vmi, String reason, String message) {
        api.event(vmi.tree(), "Normal", reason, message, VmiController.COMPONENT_HANDLER);
    }
}
