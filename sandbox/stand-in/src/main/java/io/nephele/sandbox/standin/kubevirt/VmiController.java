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

    private final Api api;
    private final Cluster cluster;
    private final Guests guests;
    private final VmiStart start;
    private final VmiEnd end;
    private final Timings timings;
    private final Steps steps;

    VmiController(
            Api api,
            Cluster cluster,
            Scheduler scheduler,
            Launchers launchers,
            Guests guests,
            Timings timings,
            Steps steps) {
        this.api = api;
        this.cluster = cluster;
        this.guests = guests;
        this.timings = timings;
        this.steps = steps;
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
            case "poweroff" -> end.succeeded(vmi);
            case "crash", "panic" -> end.failed(vmi);
            case "reboot" -> {
                guests.tell(vmi, Guests.Order.REBOOT);
                guests.settle(vmi);
            }
            default -> {
                if (!guests.settle(vmi)) {
                    resize(vmi);
                }
            }
        }
    }

    /** The end of a resize. */
    private void resize(Vmi vmi) {
        boolean resizing = vmi.is("HotVCPUChange") || vmi.is("HotMemoryChange");
        if (!resizing || !vmi.is("LiveMigratable") || !steps.due(vmi.uid(), vmi.key(), "Resized", timings.resize())) {
            return;
        }
        var change = new VmiChange(api, vmi);
        change.status()
                .withObjectProperty("currentCPUTopology")
                .put(
                        "sockets",
                        vmi.spec().path("domain").path("cpu").path("sockets").asInt());
        String guest = vmi.spec().path("domain").path("memory").path("guest").asText("");
        if (!guest.isEmpty()) {
            change.status().withObjectProperty("memory").put("guestCurrent", guest);
        }
        change.without("HotVCPUChange").without("HotMemoryChange").send();
        steps.forget(vmi.uid());
    }
}
