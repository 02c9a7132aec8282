package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Conditions;
import io.nephele.sandbox.standin.Steps;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The way of a VMI from Pending to its end: virt-controller until it is Scheduled, virt-handler from there. One step of it at a time, each when its time has come, as
 * in the recordings s01 to s07 and s12.
 */
final class VmiController {

    private static final String COMPONENT_HANDLER = "virt-handler";

    private final Api api;
    private final Cluster cluster;
    private final Scheduler scheduler;
    private final Launchers launchers;
    private final Timings timings;
    private final Steps steps;

    VmiController(Api api, Cluster cluster, Scheduler scheduler, Launchers launchers, Timings timings, Steps steps) {
        this.api = api;
        this.cluster = cluster;
        this.scheduler = scheduler;
        this.launchers = launchers;
        this.timings = timings;
        this.steps = steps;
    }

    void reconcile(String key) {
        ObjectNode vmi = cluster.vmi(key);
        if (vmi == null) {
            return;
        }
        String uid = uid(vmi);
        Pod pod = cluster.pod(key, uid);
        String phase = vmi.path("status").path("phase").asText();
        boolean deleting = vmi.path("metadata").has("deletionTimestamp");
        switch (phase) {
            case "Succeeded", "Failed" -> {
                if (deleting) {
                    cleanUp(key, vmi, pod);
                }
            }
            case "Running" -> {
                if (deleting) {
                    shutDown(key, vmi, pod);
                } else if (pod == null) {
                    end(vmi, "Failed", "The VirtualMachineInstance crashed.");
                } else if (!guestActs(vmi)) {
                    settle(key, vmi);
                }
            }
            default -> {
                if (deleting) {
                    end(
                            vmi,
                            pod == null || phase.equals("Pending") ? "Failed" : "Succeeded",
                            "The VirtualMachineInstance was shut down.");
                } else {
                    start(key, vmi, pod, phase);
                }
            }
        }
    }

    private void start(String key, ObjectNode vmi, @Nullable Pod pod, String phase) {
        if (!claimsReady(vmi)) {
            return;
        }
        String uid = uid(vmi);
        if (pod == null) {
            if (phase.equals("Pending")) {
                launchers.create(vmi, scheduler.place(vmi));
                event(
                        vmi,
                        "Normal",
                        "SuccessfulCreate",
                        "Created virtual machine pod " + Launchers.name(vmi),
                        "virtualmachine-controller");
            } else {
                end(vmi, "Failed", "The VirtualMachineInstance crashed.");
            }
            return;
        }
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            end(vmi, "Failed", "The VirtualMachineInstance crashed.");
            return;
        }
        String node = pod.getSpec().getNodeName();
        if (node == null) {
            unschedulable(key, vmi, pod);
            return;
        }
        switch (phase) {
            case "Pending" -> {
                if (steps.due(uid, key, "Scheduling", timings.scheduling())) {
                    scheduling(vmi, node);
                }
            }
            case "Scheduling" -> {
                if (claimsBound(vmi, node) && steps.due(uid, key, "Scheduled", timings.podStart())) {
                    launchers.ready(pod);
                    scheduled(vmi, node);
                }
            }
            default -> {
                if (steps.due(uid, key, "Running", timings.boot())) {
                    running(vmi);
                    event(vmi, "Normal", "Created", "VirtualMachineInstance defined.", COMPONENT_HANDLER);
                    event(vmi, "Normal", "Started", "VirtualMachineInstance started.", COMPONENT_HANDLER);
                }
            }
        }
    }

    private void unschedulable(String key, ObjectNode vmi, Pod pod) {
        String node = scheduler.place(vmi);
        if (node != null) {
            launchers.bind(pod, node);
            return;
        }
        ObjectNode status = status(vmi);
        new Change(vmi, status)
                .condition("PodScheduled", "False", "Unschedulable", scheduler.refusal(vmi))
                .condition("Ready", "False", "GuestNotRunning", "Guest VM is not reported as running")
                .phase("Scheduling".equals(status.path("phase").asText()) ? null : "Scheduling")
                .send();
        // Free capacity causes no event of this VMI.
        steps.due(uid(vmi), key, "Unschedulable " + System.nanoTime() / 1_000_000_000, Duration.ofSeconds(1));
    }

    private boolean claimsReady(ObjectNode vmi) {
        String namespace = vmi.path("metadata").path("namespace").asText();
        for (String claim : Volumes.claims(vmi)) {
            if (cluster.claim(namespace, claim) == null) {
                String text = "PVC %s/%s does not exist, waiting for it to appear".formatted(namespace, claim);
                new Change(vmi, status(vmi))
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
    private boolean claimsBound(ObjectNode vmi, String node) {
        String namespace = vmi.path("metadata").path("namespace").asText();
        boolean bound = true;
        for (String name : Volumes.claims(vmi)) {
            PersistentVolumeClaim claim = cluster.claim(namespace, name);
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
                    api.patch(Kinds.PVC, namespace, name, patch);
                }
            }
        }
        return bound;
    }

    private void scheduling(ObjectNode vmi, String node) {
        ObjectNode status = status(vmi);
        ObjectNode activePods = status.putObject("activePods");
        activePods.put(Launchers.podUid(cluster.pod(key(vmi), uid(vmi))), node);
        status.put("qosClass", "Burstable");
        new Change(vmi, status)
                .without("PodScheduled")
                .without("Synchronized")
                .condition("Ready", "False", "GuestNotRunning", "Guest VM is not reported as running")
                .phase("Scheduling")
                .send();
    }

    private void scheduled(ObjectNode vmi, String node) {
        ObjectNode status = status(vmi);
        status.put("nodeName", node);
        status.put("migrationTransport", "Unix");
        status.put("selinuxContext", "none");
        status.put("migrationMethod", "BlockMigration");
        ArrayNode volumes = status.putArray("volumeStatus");
        vmi.path("spec")
                .path("volumes")
                .forEach(volume -> volumes.addObject()
                        .put("name", volume.path("name").asText())
                        .put("target", ""));
        var change = new Change(vmi, status);
        String notShared = unsharedClaim(vmi);
        if (notShared == null) {
            change.condition("LiveMigratable", "True", null, null);
            change.condition("StorageLiveMigratable", "True", null, null);
        } else {
            String text = "cannot migrate VMI: PVC " + notShared
                    + " is not shared, live migration requires that all PVCs must be shared (using ReadWriteMany access mode)";
            change.condition("LiveMigratable", "False", "DisksNotLiveMigratable", text);
            change.condition("StorageLiveMigratable", "False", "DisksNotLiveMigratable", text);
        }
        change.label(Kinds.NODE_NAME, node).phase("Scheduled").send();
    }

    private @Nullable String unsharedClaim(ObjectNode vmi) {
        String namespace = vmi.path("metadata").path("namespace").asText();
        for (String name : Volumes.claims(vmi)) {
            PersistentVolumeClaim claim = cluster.claim(namespace, name);
            if (claim != null && !claim.getSpec().getAccessModes().contains("ReadWriteMany")) {
                return name;
            }
        }
        return null;
    }

    private void running(ObjectNode vmi) {
        ObjectNode status = status(vmi);
        ArrayNode interfaces = status.putArray("interfaces");
        vmi.path("spec").path("domain").path("devices").path("interfaces").forEach(nic -> {
            ObjectNode reported = interfaces.addObject();
            String address = Launchers.address(uid(vmi));
            reported.put("name", nic.path("name").asText());
            reported.put("ipAddress", address);
            reported.putArray("ipAddresses").add(address);
            reported.put("mac", nic.path("macAddress").asText("02:00:00:00:00:01"));
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
        new Change(vmi, status).phase("Running").send();
    }

    /** What follows Running: Ready, and the end of a resize. */
    private void settle(String key, ObjectNode vmi) {
        var conditions = new Conditions(vmi.path("status").path("conditions"), false);
        ObjectNode status = status(vmi);
        boolean paused = conditions.status("Paused").equals("True");
        if (!paused && !conditions.status("Ready").equals("True")) {
            new Change(vmi, status).condition("Ready", "True", null, null).send();
            return;
        }
        boolean resizing = conditions.status("HotVCPUChange").equals("True")
                || conditions.status("HotMemoryChange").equals("True");
        boolean migratable = conditions.status("LiveMigratable").equals("True");
        if (resizing && migratable && steps.due(uid(vmi), key, "Resized", timings.resize())) {
            status.withObjectProperty("currentCPUTopology")
                    .put(
                            "sockets",
                            vmi.path("spec")
                                    .path("domain")
                                    .path("cpu")
                                    .path("sockets")
                                    .asInt());
            String guest =
                    vmi.path("spec").path("domain").path("memory").path("guest").asText("");
            if (!guest.isEmpty()) {
                status.withObjectProperty("memory").put("guestCurrent", guest);
            }
            new Change(vmi, status)
                    .without("HotVCPUChange")
                    .without("HotMemoryChange")
                    .send();
            steps.forget(uid(vmi));
        }
    }

    /** What the guest does by itself, set off by an annotation. */
    private boolean guestActs(ObjectNode vmi) {
        String act = vmi.path("metadata").path("annotations").path(Kinds.GUEST).asText();
        switch (act) {
            case "poweroff" -> end(vmi, "Succeeded", "The VirtualMachineInstance was shut down.");
            case "crash", "panic" -> end(vmi, "Failed", "The VirtualMachineInstance crashed.");
            case "reboot" -> {
                // A reboot of the guest changes nothing that can be seen from outside.
                ObjectNode patch = api.object();
                patch.putObject("metadata").putObject("annotations").putNull(Kinds.GUEST);
                patch(vmi, patch);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void shutDown(String key, ObjectNode vmi, @Nullable Pod pod) {
        String uid = uid(vmi);
        if (pod != null && pod.getMetadata().getDeletionTimestamp() == null) {
            event(vmi, "Normal", "ShuttingDown", "Signaled Graceful Shutdown", COMPONENT_HANDLER);
            launchers.terminate(pod);
            return;
        }
        boolean forced = vmi.path("spec").path("terminationGracePeriodSeconds").asInt(30) == 0;
        JsonNode deaf = vmi.path("metadata").path("annotations").path(Kinds.DEAF);
        Duration takes =
                forced ? Duration.ZERO : deaf.isMissingNode() ? timings.shutdown() : Duration.ofSeconds(deaf.asInt());
        var conditions = new Conditions(vmi.path("status").path("conditions"), false);
        if (!conditions.status("Ready").equals("False")) {
            new Change(vmi, status(vmi))
                    .condition("Ready", "False", "PodTerminating", "virt-launcher pod is terminating")
                    .send();
        }
        if (steps.due(uid, key, "Ended" + forced, takes)) {
            boolean unclean = forced || !deaf.isMissingNode();
            end(
                    vmi,
                    unclean ? "Failed" : "Succeeded",
                    unclean ? "The VirtualMachineInstance crashed." : "The VirtualMachineInstance was shut down.");
        }
    }

    private void end(ObjectNode vmi, String phase, String message) {
        new Change(vmi, status(vmi)).phase(phase).send();
        event(vmi, phase.equals("Failed") ? "Warning" : "Normal", "Stopped", message, COMPONENT_HANDLER);
    }

    /** After the end: the pod goes, then the finalizers, then the VMI. */
    private void cleanUp(String key, ObjectNode vmi, @Nullable Pod pod) {
        String uid = uid(vmi);
        if (!steps.due(uid, key, "Gone", timings.cleanup())) {
            return;
        }
        if (pod != null) {
            launchers.remove(pod);
            return;
        }
        ObjectNode patch = api.object();
        ArrayNode rest = patch.putObject("metadata").putArray("finalizers");
        vmi.path("metadata").path("finalizers").forEach(finalizer -> {
            String name = finalizer.asText();
            if (!name.equals(Kinds.CONTROLLER_FINALIZER) && !name.equals(Kinds.FOREGROUND_FINALIZER)) {
                rest.add(name);
            }
        });
        scheduler.release(uid);
        steps.forget(uid);
        patch(vmi, patch);
    }

    private static ObjectNode status(ObjectNode vmi) {
        return vmi.path("status") instanceof ObjectNode status ? status.deepCopy() : vmi.objectNode();
    }

    private void patch(ObjectNode vmi, ObjectNode patch) {
        api.patch(
                Kinds.VMI,
                vmi.path("metadata").path("namespace").asText(),
                vmi.path("metadata").path("name").asText(),
                patch);
    }

    private void event(ObjectNode vmi, String type, String reason, String message, String component) {
        api.event(api.parse(vmi, GenericKubernetesResource.class), type, reason, message, component);
    }

    private static String uid(ObjectNode vmi) {
        return vmi.path("metadata").path("uid").asText();
    }

    private static String key(ObjectNode vmi) {
        return vmi.path("metadata").path("namespace").asText() + "/"
                + vmi.path("metadata").path("name").asText();
    }

    /** A new status on its way: sent as one merge patch, and only if something is different. */
    private final class Change {

        private final ObjectNode vmi;
        private final ObjectNode status;
        private final Conditions conditions;
        private final ObjectNode patch = api.object();

        Change(ObjectNode vmi, ObjectNode status) {
            this.vmi = vmi;
            this.status = status;
            this.conditions = new Conditions(status.path("conditions"), false);
        }

        Change condition(String type, String value, @Nullable String reason, @Nullable String message) {
            conditions.set(type, value, reason, message);
            return this;
        }

        Change without(String type) {
            conditions.remove(type);
            return this;
        }

        Change label(String name, String value) {
            patch.withObjectProperty("metadata").withObjectProperty("labels").put(name, value);
            return this;
        }

        Change phase(@Nullable String phase) {
            if (phase != null && !phase.equals(status.path("phase").asText())) {
                status.put("phase", phase);
                status.withArray("phaseTransitionTimestamps")
                        .addObject()
                        .put("phase", phase)
                        .put("phaseTransitionTimestamp", Api.now());
            }
            return this;
        }

        void send() {
            status.set("conditions", conditions.toArray());
            ObjectNode difference = api.difference(vmi.path("status"), status);
            if (difference != null) {
                patch.set("status", difference);
            }
            if (!patch.isEmpty()) {
                patch(vmi, patch);
            }
        }
    }
}
