package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Steps;
import java.time.Duration;
import java.util.List;

/** The way of a VMI from Pending to Running: virt-controller until it is Scheduled, virt-handler from there. */
final class VmiStart {

    /** As of a guest with a bridge on a node that cannot make one. */
    private static final String NO_BRIDGE =
            "failed to configure vmi network: setup failed, err: Critical network error: LinkAdd: operation not supported";

    private final Api api;
    private final Cluster cluster;
    private final Scheduler scheduler;
    private final Launchers launchers;
    private final Hypervisor hypervisor;
    private final Migratability migratability;
    private final VmiEnd end;
    private final Timings timings;
    private final Steps steps;

    VmiStart(
            Api api,
            Cluster cluster,
            Scheduler scheduler,
            Launchers launchers,
            Hypervisor hypervisor,
            VmiEnd end,
            Timings timings,
            Steps steps) {
        this.api = api;
        this.cluster = cluster;
        this.scheduler = scheduler;
        this.launchers = launchers;
        this.hypervisor = hypervisor;
        this.migratability = new Migratability(cluster);
        this.end = end;
        this.timings = timings;
        this.steps = steps;
    }

    void proceed(Vmi vmi, List<Pod> pods) {
        if (!claimsThere(vmi)) {
            return;
        }
        if (pods.isEmpty()) {
            if (vmi.phase().equals("Pending")) {
                launchers.create(vmi, scheduler.place(vmi));
                event(
                        vmi,
                        "Normal",
                        "SuccessfulCreate",
                        "Created virtual machine pod " + Launchers.name(vmi),
                        "virtualmachine-controller");
            } else {
                end.neverRan(vmi, pods);
            }
            return;
        }
        Pod pod = pods.getFirst();
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            end.neverRan(vmi, pods);
            return;
        }
        String node = pod.getSpec().getNodeName();
        if (node == null) {
            unschedulable(vmi, pod);
            return;
        }
        String fault = vmi.annotation(Kinds.BOOT);
        switch (vmi.phase()) {
            case "Pending" -> {
                if (steps.due(vmi.uid(), vmi.key(), "Scheduling", timings.scheduling())) {
                    scheduling(vmi, pod);
                }
            }
            case "Scheduling" -> {
                if (fault.equals("no-image")) {
                    noImage(vmi);
                } else if (!fault.equals("hang")
                        && claimsBound(vmi, node)
                        && steps.due(vmi.uid(), vmi.key(), "Scheduled", timings.podStart())) {
                    launchers.ready(pod);
                    scheduled(vmi, node);
                }
            }
            default -> {
                switch (hypervisor.boot(vmi)) {
                    case Hypervisor.Boot.UnderWay() -> {
                        // It is looked at again when it runs.
                    }
                    case Hypervisor.Boot.Running() -> {
                        if (fault.equals("fail")) {
                            fails(vmi, NO_BRIDGE);
                        } else {
                            running(vmi);
                        }
                    }
                    case Hypervisor.Boot.Failed(String message) -> fails(vmi, message);
                }
            }
        }
    }

    private void unschedulable(Vmi vmi, Pod pod) {
        String node = scheduler.place(vmi, pod);
        if (node != null) {
            launchers.bind(pod, node);
            return;
        }
        var change = new VmiChange(api, vmi);
        change.status().put("qosClass", "Burstable");
        scheduling(change, vmi, pod)
                .condition("PodScheduled", "False", "Unschedulable", scheduler.refusal(vmi, pod))
                .send();
        // Free capacity causes no event of this VMI.
        steps.due(vmi.uid(), vmi.key(), "Unschedulable " + System.nanoTime() / 1_000_000_000, Duration.ofSeconds(1));
    }

    private boolean claimsThere(Vmi vmi) {
        for (String claim : Volumes.claims(vmi.tree())) {
            if (cluster.claim(vmi.namespace(), claim) == null) {
                String text = "PVC %s/%s does not exist, waiting for it to appear".formatted(vmi.namespace(), claim);
                if (!vmi.is("Ready") && vmi.conditions().get("Synchronized") == null) {
                    event(vmi, "Normal", "FailedPvcNotFound", text, "virtualmachine-controller");
                }
                new VmiChange(api, vmi)
                        .condition("Ready", "False", "PodNotExists", "virt-launcher pod has not yet been scheduled")
                        .condition("Synchronized", "False", "FailedPvcNotFound", text)
                        .condition("PodScheduled", "False", "Unschedulable", text)
                        .send();
                return false;
            }
        }
        return true;
    }

    /** Waits until the claims are bound; one of a class that waits for its first consumer is told the node. */
    private boolean claimsBound(Vmi vmi, String node) {
        boolean bound = true;
        for (String name : Volumes.claims(vmi.tree())) {
            PersistentVolumeClaim claim = cluster.claim(vmi.namespace(), name);
            if (claim == null) {
                return false;
            }
            if (claim.getStatus() == null || !"Bound".equals(claim.getStatus().getPhase())) {
                bound = false;
                var annotations = claim.getMetadata().getAnnotations();
                if (annotations == null || !annotations.containsKey("volume.kubernetes.io/selected-node")) {
                    ObjectNode patch = api.object();
                    patch.putObject("metadata")
                            .putObject("annotations")
                            .put("volume.kubernetes.io/selected-node", node);
                    api.patch(Kinds.PVC, vmi.namespace(), name, patch);
                }
            }
        }
        return bound;
    }

    private void scheduling(Vmi vmi, Pod pod) {
        scheduling(new VmiChange(api, vmi), vmi, pod)
                .without("PodScheduled")
                .without("Synchronized")
                .send();
    }

    /** What a launcher needs beside the guest: 8Mi more for each CPU after the first, 32Mi for a screen. */
    static String overhead(Vmi vmi) {
        return overhead(vmi.tree());
    }

    static String overhead(JsonNode vmi) {
        JsonNode domain = vmi.path("spec").path("domain");
        boolean screen = domain.path("devices").path("autoattachGraphicsDevice").asBoolean(true);
        return 248 + 8 * domain.path("cpu").path("sockets").asInt(1) + (screen ? 32 : 0) + "Mi";
    }

    private static VmiChange scheduling(VmiChange change, Vmi vmi, Pod pod) {
        String node = pod.getSpec().getNodeName();
        change.status().putObject("activePods").put(pod.getMetadata().getUid(), node == null ? "" : node);
        change.status()
                .put("qosClass", "Burstable")
                .put("launcherContainerImageVersion", Launchers.IMAGE)
                .withObjectProperty("memory")
                .put("memoryOverhead", overhead(vmi));
        if (change.status().path("phase").asText().equals("Pending")) {
            change.phase("Scheduling");
        }
        return change.condition("Ready", "False", "GuestNotRunning", "Guest VM is not reported as running");
    }

    private void noImage(Vmi vmi) {
        new VmiChange(api, vmi)
                .condition(
                        "Synchronized",
                        "False",
                        "ImagePullBackOff",
                        "Back-off pulling image \"%s\": ErrImagePull: failed to pull and unpack image"
                                .formatted(Volumes.image(vmi.tree())))
                .send();
    }

    private void scheduled(Vmi vmi, String node) {
        var change = new VmiChange(api, vmi);
        ObjectNode status = change.status();
        status.put("nodeName", node);
        status.put("migrationTransport", "Unix");
        status.put("selinuxContext", "none");
        status.put("migrationMethod", "BlockMigration");
        ArrayNode interfaces = status.putArray("interfaces");
        for (JsonNode nic : vmi.spec().path("domain").path("devices").path("interfaces")) {
            interfaces.addObject().put("name", nic.path("name").asText()).put("podInterfaceName", "eth0");
        }
        ArrayNode volumes = status.putArray("volumeStatus");
        for (JsonNode volume : vmi.spec().path("volumes")) {
            Volumes.describe(volume, volumes.addObject(), claim -> cluster.claim(vmi.namespace(), claim));
        }
        migratability.tell(vmi, change);
        change.label(Kinds.NODE_NAME, node).phase("Scheduled").send();
        String why = change.refusal();
        if (vmi.spec().path("evictionStrategy").asText().equals("LiveMigrate") && !why.isEmpty()) {
            event(
                    vmi,
                    "Warning",
                    "Migrated",
                    "EvictionStrategy is set but vmi is not migratable; " + why,
                    VmiController.COMPONENT_HANDLER);
        }
    }

    private void running(Vmi vmi) {
        var change = new VmiChange(api, vmi);
        ObjectNode status = change.status();
        ArrayNode interfaces = status.putArray("interfaces");
        vmi.spec().path("domain").path("devices").path("interfaces").forEach(card -> {
            ObjectNode reported = interfaces.addObject();
            Hypervisor.Nic nic = hypervisor.nic(vmi, card, Launchers.address(vmi.uid()));
            reported.put("name", card.path("name").asText());
            reported.put("ipAddress", nic.address());
            reported.putArray("ipAddresses").add(nic.address());
            reported.put("mac", nic.mac());
            reported.put("infoSource", "domain");
            reported.put("linkState", "up");
            reported.put("queueCount", 1);
            reported.put("podInterfaceName", "eth0");
        });
        status.putObject("machine").put("type", "pc-q35-rhel9.6.0");
        int disk = 0;
        for (JsonNode volume : status.path("volumeStatus")) {
            if (volume instanceof ObjectNode reported) {
                reported.put("target", "vd" + (char) ('a' + disk++));
            }
        }
        if (vmi.spec().path("startStrategy").asText().equals("Paused")) {
            change.condition("Paused", "True", "PausedByUser", "VMI was paused by user");
        }
        change.phase("Running").send();
        event(vmi, "Normal", "Created", "VirtualMachineInstance defined.", VmiController.COMPONENT_HANDLER);
        event(vmi, "Normal", "Started", "VirtualMachineInstance started.", VmiController.COMPONENT_HANDLER);
    }

    /** A guest that cannot be set up. */
    private void fails(Vmi vmi, String text) {
        new VmiChange(api, vmi)
                .condition("Synchronized", "False", "Synchronizing with the Domain failed.", text)
                .send();
        event(vmi, "Warning", "SyncFailed", text, VmiController.COMPONENT_HANDLER);
        end.failed(vmi);
    }

    private void event(Vmi vmi, String type, String reason, String message, String component) {
        api.event(vmi.tree(), type, reason, message, component);
    }
}
