package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Steps;
import java.util.List;

/**
 * The life of a VMI. One step of it at a time, each when its time has come, in the order of the recordings.
 */
final class VmiController {

    static final String COMPONENT_HANDLER = "virt-handler";

    private final Cluster cluster;
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
            Guests guests,
            Hotplug hotplug,
            Timings timings,
            Steps steps) {
        this.cluster = cluster;
        this.guests = guests;
        this.hotplug = hotplug;
        crossing = new Crossing(api, timings, steps);
        end = new VmiEnd(api, cluster, scheduler, launchers, timings, steps);
        start = new VmiStart(api, cluster, scheduler, launchers, end, timings, steps);
    }

    void reconcile(String key) {
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

    private void run(Vmi vmi, List<Pod> pods) {
        if (pods.isEmpty()) {
            end.failed(vmi);
            return;
        }
        switch (vmi.annotation(Kinds.GUEST)) {
            case "poweroff" -> {
                if (Crossing.isUnderWay(vmi)) {
                    crossing.interrupt(
                            vmi, "virError(Code=9, Domain=10, Message='operation failed: domain is not running')");
                } else {
                    end.succeeded(vmi);
                }
            }
            case "crash", "panic" -> end.failed(vmi);
            case "reboot" -> {
                guests.tell(vmi, Guests.Order.REBOOT);
                guests.settle(vmi);
            }
            default -> {
                if (isEvicted(vmi, pods)) {
                    end.shutDown(vmi, pods);
                } else {
                    if (!guests.settle(vmi)) {
                        hotplug.proceed(vmi, pods);
                    }
                }
            }
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
