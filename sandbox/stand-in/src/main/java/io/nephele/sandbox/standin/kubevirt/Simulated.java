package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Steps;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Guests that are states only, thousands of them. Annotations say what they do by themselves. */
final class Simulated implements Hypervisor {

    /** Of every guest with an agent: Debian, as recorded in s13. */
    private static final String OS = """
            {"id": "debian", "kernelRelease": "6.1.0-50-cloud-amd64", "kernelVersion": "#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-07-02)", "machine": "x86_64",
             "name": "Debian GNU/Linux", "prettyName": "Debian GNU/Linux 12 (bookworm)", "version": "12 (bookworm)", "versionId": "12"}""";

    private static final String DISKS = """
            [{"disk": [{"busType": "virtio"}], "diskName": "vda3", "fileSystemType": "ext4", "mountPoint": "/", "totalBytes": 1527767040, "usedBytes": 435752960}]""";

    private final Api api;
    private final Timings timings;
    private final Steps steps;

    Simulated(Api api, Timings timings, Steps steps) {
        this.api = api;
        this.timings = timings;
        this.steps = steps;
    }

    @Override
    public Boot boot(Vmi vmi) {
        boolean runs = steps.due(vmi.uid(), vmi.key(), "Running", timings.boot());
        return runs ? new Boot.Running() : new Boot.UnderWay();
    }

    @Override
    public Nic nic(Vmi vmi, JsonNode card, String podAddress) {
        return new Nic(card.path("macAddress").asText("02:00:00:00:00:01"), podAddress);
    }

    @Override
    public @Nullable End ended(Vmi vmi) {
        return switch (vmi.annotation(Kinds.GUEST)) {
            case "poweroff" -> End.SHUT_DOWN;
            case "crash", "panic" -> End.CRASHED;
            default -> null;
        };
    }

    @Override
    public @Nullable End shutDown(Vmi vmi, Duration limit, boolean deaf) {
        String annotated = vmi.annotation(Kinds.DEAF);
        Duration takes =
                annotated.isEmpty() ? timings.shutdown() : timings.grace().multipliedBy(Long.parseLong(annotated));
        boolean killed = deaf || takes.compareTo(limit) > 0;
        if (!steps.due(vmi.uid(), vmi.key(), "Ended" + limit, killed ? limit : takes)) {
            return null;
        }
        return killed ? End.KILLED : End.SHUT_DOWN;
    }

    @Override
    public void tell(Vmi vmi, Order order) {
        // It is done when it is reported.
    }

    @Override
    public @Nullable ObjectNode agent(Vmi vmi) {
        if (vmi.annotation(Kinds.AGENT).isEmpty()) {
            return null;
        }
        if (!vmi.is("AgentConnected")) {
            if (!steps.due(vmi.uid(), vmi.key(), "Agent", timings.agent())) {
                return null;
            }
            steps.forget(vmi.uid());
        }
        ObjectNode info = api.object();
        info.put("fsFreezeStatus", "thawed");
        info.putObject("fsInfo").set("disks", api.parse(DISKS));
        info.put("guestAgentVersion", "7.2.22").put("hostname", vmi.name());
        info.set("os", api.parse(OS));
        info.putArray("supportedCommands").addObject().put("enabled", true).put("name", "guest-ping");
        info.put("timezone", "UTC, 0");
        info.putArray("userList");
        ArrayNode nics = info.putArray("interfaces");
        for (JsonNode nic : vmi.status().path("interfaces")) {
            nics.add(nic.<ObjectNode>deepCopy()
                    .put("infoSource", "domain, guest-agent")
                    .put("interfaceName", "enp1s0"));
        }
        return info;
    }

    @Override
    public void freeze(Vmi vmi, Duration limit) {
        // Nothing is written anyway.
    }

    @Override
    public void thaw(Vmi vmi) {
        // Nothing is frozen.
    }

    @Override
    public boolean plug(Vmi vmi, String name) {
        return true;
    }

    @Override
    public boolean unplug(Vmi vmi, String name) {
        return true;
    }

    @Override
    public void resize(Vmi vmi) {
        // Its size is what the VMI says.
    }

    @Override
    public Doors doors() {
        return new SimulatedDoors();
    }

    @Override
    public void forget(String uid) {
        steps.forget(uid);
    }

    @Override
    public void close() {
        // There is nothing to end.
    }
}
