package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Steps;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What running guests do, as virt-handler reports it. A caller has his answer before the VMI shows it: until the report the VMI counts as it was, so that an unpause right after
 * a pause is refused.
 */
final class Guests {

    private final Api api;
    private final Hypervisor hypervisor;
    private final Timings timings;
    private final Steps steps;
    private final Map<String, Hypervisor.Order> orders = new ConcurrentHashMap<>();

    Guests(Api api, Hypervisor hypervisor, Timings timings, Steps steps) {
        this.api = api;
        this.hypervisor = hypervisor;
        this.timings = timings;
        this.steps = steps;
    }

    /**
     * Tells a guest something.
     *
     * @throws IOException if it cannot be told
     */
    void tell(Vmi vmi, Hypervisor.Order order) throws IOException {
        hypervisor.tell(vmi, order);
        orders.put(vmi.uid(), order);
        steps.due(vmi.uid(), vmi.key(), order.name(), timings.report());
    }

    /** Brings the status of a running VMI to what its guest does; says whether there was something to do. */
    boolean settle(Vmi vmi) {
        Hypervisor.Order order = orders.get(vmi.uid());
        if (order != null) {
            if (steps.due(vmi.uid(), vmi.key(), order.name(), timings.report())) {
                orders.remove(vmi.uid(), order);
                steps.forget(vmi.uid());
                obey(vmi, order);
            }
            return true;
        }
        return ready(vmi) || agent(vmi);
    }

    private void obey(Vmi vmi, Hypervisor.Order order) {
        switch (order) {
            case PAUSE -> {
                new VmiChange(api, vmi)
                        .condition("Paused", "True", "PausedByUser", "VMI was paused by user")
                        .send();
                event(vmi, "Paused", "VirtualMachineInstance paused");
            }
            case UNPAUSE -> {
                new VmiChange(api, vmi).without("Paused").send();
                event(vmi, "Unpaused", "VirtualMachineInstance unpaused");
            }
            // A reboot shows in nothing but the agent.
            case SOFT_REBOOT, RESET ->
                new VmiChange(api, vmi)
                        .annotation(Kinds.GUEST, null)
                        .without("AgentConnected")
                        .send();
        }
    }

    /** What the guest's readiness follows from: whether it is paused. */
    private boolean ready(Vmi vmi) {
        boolean paused = vmi.is("Paused");
        if (vmi.is("Ready") != paused) {
            return false;
        }
        var change = new VmiChange(api, vmi);
        if (paused) {
            change.condition(
                    "Ready",
                    "False",
                    "ReadinessGatesNotReady",
                    "the status of pod readiness gate \"kubevirt.io/virtual-machine-unpaused\" is not \"True\", but False");
        } else {
            change.condition("Ready", "True", null, null);
        }
        change.send();
        return true;
    }

    private boolean agent(Vmi vmi) {
        ObjectNode info = hypervisor.agent(vmi);
        if (info == null && !vmi.is("AgentConnected")) {
            return false;
        }
        var change = new VmiChange(api, vmi);
        if (info == null) {
            change.without("AgentConnected");
        } else {
            change.condition("AgentConnected", "True", null, null);
            change.status().set("interfaces", info.path("interfaces"));
            change.status().set("guestOSInfo", info.path("os"));
        }
        return change.send();
    }

    void event(Vmi vmi, String reason, String message) {
        api.event(vmi.tree(), "Normal", reason, message, VmiController.COMPONENT_HANDLER);
    }
}
