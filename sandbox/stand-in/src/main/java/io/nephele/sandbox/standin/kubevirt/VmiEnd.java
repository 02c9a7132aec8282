package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Steps;
import java.time.Duration;
import java.util.List;

/** The end of a VMI: the guest is shut down, or has ended by itself; then the pod goes, then the VMI. */
final class VmiEnd {

    private static final String SHUT_DOWN = "The VirtualMachineInstance was shut down.";
    private static final String CRASHED = "The VirtualMachineInstance crashed.";

    private final Api api;
    private final Cluster cluster;
    private final Scheduler scheduler;
    private final Launchers launchers;
    private final Hypervisor hypervisor;
    private final Timings timings;
    private final Steps steps;

    VmiEnd(
            Api api,
            Cluster cluster,
            Scheduler scheduler,
            Launchers launchers,
            Hypervisor hypervisor,
            Timings timings,
            Steps steps) {
        this.api = api;
        this.cluster = cluster;
        this.scheduler = scheduler;
        this.launchers = launchers;
        this.hypervisor = hypervisor;
        this.timings = timings;
        this.steps = steps;
    }

    /** The guest has ended without a fault. */
    void succeeded(Vmi vmi) {
        new VmiChange(api, vmi)
                .phase("Succeeded")
                .without("AgentConnected")
                .without("Paused")
                .send();
        event(vmi, "Normal", "Stopped", SHUT_DOWN);
    }

    /** The guest has ended by a fault, or never began. */
    void failed(Vmi vmi) {
        new VmiChange(api, vmi)
                .phase("Failed")
                .without("AgentConnected")
                .without("Paused")
                .send();
        event(vmi, "Warning", "Stopped", CRASHED);
    }

    /** A VMI that ends before its guest has begun: there is nobody who could tell. */
    void neverRan(Vmi vmi, List<Pod> pods) {
        var change = new VmiChange(api, vmi).phase("Failed");
        if (pods.isEmpty()) {
            change.condition("Ready", "False", "PodNotExists", "virt-launcher pod has not yet been scheduled");
        } else {
            terminating(change);
        }
        change.send();
    }

    /** A running guest is asked to shut down; when its time is up it is killed. */
    void shutDown(Vmi vmi, List<Pod> pods) {
        // A guest that is on its way, or paused, cannot be asked.
        boolean away = Crossing.isUnderWay(vmi) || vmi.is("Paused");
        if (terminate(vmi, pods)) {
            return;
        }
        if (!vmi.conditions().status("Ready").equals("False")) {
            terminating(new VmiChange(api, vmi)).send();
            if (!away) {
                event(vmi, "Normal", "ShuttingDown", "Signaled Graceful Shutdown");
            }
        }
        int grace = vmi.spec().path("terminationGracePeriodSeconds").asInt(30);
        Duration limit = timings.grace().multipliedBy(Math.max(grace, 0));
        Hypervisor.End ended = hypervisor.shutDown(vmi, limit, away);
        if (ended == null) {
            return;
        }
        if (away) {
            new VmiChange(api, vmi)
                    .phase("Failed")
                    .without("AgentConnected")
                    .without("Paused")
                    .send();
        } else if (ended == Hypervisor.End.CRASHED
                || (ended == Hypervisor.End.KILLED && (grace > 0 || isRestarting(vmi)))) {
            failed(vmi);
        } else {
            succeeded(vmi);
        }
    }

    /** Whether a killed guest ends as Failed is a race in the real one. In the recordings a forced restart did so (s04), and a forced stop did not (s06). */
    private boolean isRestarting(Vmi vmi) {
        JsonNode vm = cluster.vm(vmi.key());
        if (vm != null) {
            for (JsonNode request : vm.path("status").path("stateChangeRequests")) {
                if (request.path("action").asText().equals("Start")) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What follows the end of the guest: the containers end, the pods of a deleted VMI go, and with them the VMI. */
    void cleanUp(Vmi vmi, List<Pod> pods) {
        if (vmi.isDeleting() && terminate(vmi, pods)) {
            return;
        }
        var change = new VmiChange(api, vmi).withoutFinalizers(Kinds.CONTROLLER_FINALIZER);
        if (pods.stream().anyMatch(VmiEnd::isEnding)) {
            terminating(change);
        }
        for (JsonNode nic : change.status().path("interfaces")) {
            ((ObjectNode) nic).remove(List.of("ipAddress", "ipAddresses"));
        }
        change.without("Synchronized").send();
        boolean running = pods.stream().anyMatch(pod -> !Launchers.hasEnded(pod));
        if (running && !steps.due(vmi.uid(), vmi.key(), "Gone", timings.cleanup())) {
            return;
        }
        JsonNode state = vmi.status().path("migrationState");
        for (Pod pod : pods) {
            // A target that waits for a guest which never comes.
            boolean lost = Crossing.isUnderWay(vmi)
                    && pod.getMetadata()
                            .getName()
                            .equals(state.path("targetPod").asText());
            launchers.ended(pod, lost);
        }
        if (!vmi.isDeleting()) {
            return;
        }
        cluster.attachments(vmi.key(), vmi.uid()).forEach(launchers::remove);
        if (!pods.isEmpty()) {
            for (Pod pod : pods) {
                launchers.remove(pod);
                if (wasEvicted(pod)) {
                    deleted(vmi, pod);
                }
            }
            return;
        }
        scheduler.release(vmi.uid());
        hypervisor.forget(vmi.uid());
        steps.forget(vmi.uid());
        new VmiChange(api, vmi)
                .withoutFinalizers(Kinds.CONTROLLER_FINALIZER, Kinds.FOREGROUND_FINALIZER)
                .send();
    }

    private static boolean isEnding(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() != null || Launchers.hasEnded(pod);
    }

    private static VmiChange terminating(VmiChange change) {
        return change.condition("Ready", "False", "PodTerminating", "virt-launcher pod is terminating");
    }

    /** Deletes the pods that are not deleted yet; says whether there were any. */
    private boolean terminate(Vmi vmi, List<Pod> pods) {
        boolean any = false;
        for (Pod pod : pods) {
            if (pod.getMetadata().getDeletionTimestamp() == null) {
                launchers.terminate(pod);
                deleted(vmi, pod);
                any = true;
            }
        }
        return any;
    }

    private static boolean wasEvicted(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .anyMatch(condition -> condition.getType().equals("DisruptionTarget"));
    }

    private void deleted(Vmi vmi, Pod pod) {
        api.event(
                vmi.tree(),
                "Normal",
                "SuccessfulDelete",
                "Deleted virtual machine pod " + pod.getMetadata().getName(),
                "virtualmachine-controller");
    }

    private void event(Vmi vmi, String type, String reason, String message) {
        api.event(vmi.tree(), type, reason, message, VmiController.COMPONENT_HANDLER);
    }
}
