package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Steps;
import java.io.IOException;
import java.util.List;

/**
 * The life of a VMI. One step of it at a time, each when its time has come, in the order of the recordings.
 */
final class VmiController {

    static final String COMPONENT_HANDLER = "virt-handler";

    private final Cluster cluster;
    private final Hypervisor hypervisor;
    private final Guests guests;
    private final VmiStart start;
    private final VmiEnd end;
    private final Crossing crossing;
    private final Hotplug hotplug;

    VmiController(
            Api api,
            Cluster cluster,
            Scheduler scheduler,
            Launchers launchers,
            Hypervisor hypervisor,
            Guests guests,
            Hotplug hotplug,
            Timings timings,
            Steps steps) {
        this.cluster = cluster;
        this.hypervisor = hypervisor;
        this.guests = guests;
        this.hotplug = hotplug;
        crossing = new Crossing(api, hypervisor, timings, steps);
        end = new VmiEnd(api, cluster, scheduler, launchers, hypervisor, timings, steps);
        start = new VmiStart(api, cluster, scheduler, launchers, hypervisor, end, timings, steps);
    }

    void reconcile(String key) throws IOException {
        ObjectNode tree = cluster.vmi(key);
        if (tree == null) {
            return;
        }
        var vmi = new Vmi(tree);
        List<Pod> pods = cluster.pods(key, vmi.uid());
        if (vmi.isFinal()) {
            end.cleanUp(vmi, pods);
        } else if (!vmi.phase().equals("Running")) {
            if (vmi.isDeleting()) {
                end.neverRan(vmi, pods);
            } else {
                start.proceed(vmi, pods);
            }
        } else if (vmi.isDeleting()) {
            end.shutDown(vmi, pods);
        } else {
            run(vmi, pods);
        }
    }

    private void run(Vmi vmi, List<Pod> pods) throws IOException {
        if (pods.isEmpty()) {
            end.failed(vmi);
            return;
        }
        Hypervisor.End ended = hypervisor.ended(vmi);
        if (ended != null) {
            ended(vmi, ended);
        } else if (vmi.annotation(Kinds.GUEST).equals("reboot")) {
            guests.tell(vmi, Hypervisor.Order.RESET);
            guests.settle(vmi);
        } else if (isEvicted(vmi, pods)) {
            end.shutDown(vmi, pods);
        } else if (!guests.settle(vmi)) {
            hotplug.proceed(vmi, pods);
        }
    }

    private void ended(Vmi vmi, Hypervisor.End ended) {
        if (ended != Hypervisor.End.SHUT_DOWN) {
            end.failed(vmi);
        } else if (Crossing.isUnderWay(vmi)) {
            crossing.interrupt(vmi, "virError(Code=9, Domain=10, Message='operation failed: domain is not running')");
        } else {
            end.succeeded(vmi);
        }
    }

    /** Whether the pod that the guest is in was deleted by somebody else. */
    private static boolean isEvicted(Vmi vmi, List<Pod> pods) {
        String own = Launchers.podOn(vmi);
        return pods.stream()
                .anyMatch(pod -> pod.getMetadata().getName().equals(own)
                        && pod.getMetadata().getDeletionTimestamp() != null);
    }
}
