package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Steps;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What running guests do, as virt-handler reports it. A caller has his answer before the VMI shows it: until the report the VMI counts as it was, so that an unpause right after
 * a pause is refused.
 */
final class Guests {

    /** What a guest was told. */
    enum Order {
        PAUSE,
        UNPAUSE,
        REBOOT
    }

    private final Api api;
    private final Timings timings;
    private final Steps steps;
    private final Map<String, Order> orders = new ConcurrentHashMap<>();

    Guests(Api api, Timings timings, Steps steps) {
        this.api = api;
        this.timings = timings;
        this.steps = steps;
    }

    void tell(Vmi vmi, Order order) {
        orders.put(vmi.uid(), order);
        steps.due(vmi.uid(), vmi.key(), order.name(), timings.report());
    }

    /** Brings the status of a running VMI to what its guest does; says whether there was something to do. */
    boolean settle(Vmi vmi) {
        Order order = orders.get(vmi.uid());
        if (order != null) {
            if (steps.due(vmi.uid(), vmi.key(), order.name(), timings.report())) {
                orders.remove(vmi.uid(), order);
                steps.forget(vmi.uid());
                obey(vmi, order);
            }
            return true;
        }
        if (ready(vmi)) {
            return true;
        }
        boolean agent = !vmi.annotation(Kinds.AGENT).isEmpty();
        if (!agent || vmi.is("AgentConnected")) {
            return false;
        }
        if (steps.due(vmi.uid(), vmi.key(), "Agent", timings.agent())) {
            steps.forget(vmi.uid());
            agentConnects(vmi);
        }
        return true;
    }

    private void obey(Vmi vmi, Order order) {
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
            case REBOOT ->
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

    private void agentConnects(Vmi vmi) {
        var change = new VmiChange(api, vmi).condition("AgentConnected", "True", null, null);
        for (JsonNode nic : change.status().path("interfaces")) {
            ((ObjectNode) nic).put("infoSource", "domain, guest-agent").put("interfaceName", "enp1s0");
        }
        change.status().set("guestOSInfo", api.parse(OS));
        change.send();
    }

    /** Of every guest with an agent: Debian, as recorded in s13. */
    static final String OS = """
            {"id": "debian", "kernelRelease": "6.1.0-50-cloud-amd64", "kernelVersion": "#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-07-02)", "machine": "x86_64",
             "name": "Debian GNU/Linux", "prettyName": "Debian GNU/Linux 12 (bookworm)", "version": "12 (bookworm)", "versionId": "12"}""";

    void event(Vmi vmi, String reason, String message) {
        api.event(vmi.tree(), "Normal", reason, message, VmiController.COMPONENT_HANDLER);
    }
}
