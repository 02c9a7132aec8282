package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Steps;

/** What the two virt-handlers do with a VMI that moves from one to the other, as its {@code status.migrationState} tells. */
final class Crossing {

    private static final String TARGET_NODE = "kubevirt.io/migrationTargetNodeName";

    private static final String CONFIGURATION = """
            {"allowAutoConverge": false, "allowPostCopy": false, "allowWorkloadDisruption": false, "bandwidthPerMigration": "0", "completionTimeoutPerGiB": 150,
             "maxDowntimeMs": 900, "nodeDrainTaintKey": "kubevirt.io/drain", "parallelMigrationsPerCluster": 5, "parallelOutboundMigrationsPerNode": 2,
             "progressTimeout": 150, "unsafeMigrationOverride": true, "utilityVolumesTimeout": 150}""";

    private final Api api;
    private final Hypervisor hypervisor;
    private final Timings timings;
    private final Steps steps;

    Crossing(Api api, Hypervisor hypervisor, Timings timings, Steps steps) {
        this.api = api;
        this.hypervisor = hypervisor;
        this.timings = timings;
        this.steps = steps;
    }

    /** Whether the guest is on its way. */
    static boolean isUnderWay(Vmi vmi) {
        JsonNode state = vmi.status().path("migrationState");
        return state.has("startTimestamp") && !state.has("endTimestamp");
    }

    void handOver(Migration migration, Vmi vmi, Pod target) {
        String node = target.getSpec().getNodeName();
        var change = new VmiChange(api, vmi).label(TARGET_NODE, node);
        change.status()
                .putObject("migrationState")
                .put("migrationUid", migration.uid())
                .put("sourceNode", vmi.status().path("nodeName").asText())
                .put("sourcePod", Launchers.podOn(vmi))
                .put("targetNode", node)
                .put("targetPod", target.getMetadata().getName())
                .put("targetMemoryOverhead", VmiStart.overhead(vmi))
                .set("migrationConfiguration", api.parse(CONFIGURATION));
        change.send();
    }

    void prepareTarget(Migration migration, Vmi vmi) {
        if (!steps.due(migration.uid(), vmi.key(), "Prepared", timings.boot())) {
            return;
        }
        String address = Launchers.address(migration.uid());
        event(vmi, "Normal", "PreparingTarget", "VirtualMachineInstance Migration Target Prepared.");
        event(
                vmi,
                "Normal",
                "PreparingTarget",
                "Migration Target is listening at " + address + ", on ports: 40001,40002,40003");
        var change = new VmiChange(api, vmi);
        ObjectNode state = change.status().withObjectProperty("migrationState");
        state.put("targetNodeAddress", address);
        state.putObject("targetDirectMigrationNodePorts")
                .put("40001", 0)
                .put("40002", 49152)
                .put("40003", 49153);
        change.send();
    }

    void begin(Vmi vmi) {
        event(vmi, "Normal", "Migrating", "VirtualMachineInstance is migrating.");
        var change = new VmiChange(api, vmi);
        change.status()
                .withObjectProperty("migrationState")
                .put("startTimestamp", Api.now())
                .put("mode", "PreCopy");
        change.send();
    }

    /** The guest moves; when it has arrived, source and target say so one after the other. */
    void proceed(Migration migration, Vmi vmi) {
        JsonNode state = vmi.status().path("migrationState");
        if (state.path("abortRequested").asBoolean()) {
            if (steps.due(migration.uid(), vmi.key(), "Aborted", timings.report())) {
                interrupt(vmi, "Live migration has been aborted");
            }
        } else if (state.has("endTimestamp")) {
            completed(vmi);
        } else if (!vmi.annotation(Kinds.MIGRATION).equals("hang")
                && steps.due(migration.uid(), vmi.key(), "Arrived", timings.migration())) {
            arrived(vmi);
        }
    }

    private void arrived(Vmi vmi) {
        String node = vmi.status().path("migrationState").path("targetNode").asText();
        var change = new VmiChange(api, vmi).label(Kinds.NODE_NAME, node);
        change.status().put("nodeName", node);
        change.status()
                .withObjectProperty("migrationState")
                .put("endTimestamp", Api.now())
                .put("targetNodeDomainDetected", true)
                .put("targetNodeDomainReadyTimestamp", Api.now());
        change.send();
        event(vmi, "Normal", "Migrated", "The VirtualMachineInstance migrated to node " + node + ".");
    }

    /** With the guest in its new place, what waited for the move is so. It is ready when the new pod's gate has been set. */
    private void completed(Vmi vmi) {
        var change = new VmiChange(api, vmi).label(TARGET_NODE, null);
        ObjectNode status = change.status();
        status.withObjectProperty("migrationState").put("completed", true);
        status.remove("evacuationNodeName");
        JsonNode cpu = vmi.spec().path("domain").path("cpu");
        status.withObjectProperty("currentCPUTopology")
                .put("sockets", cpu.path("sockets").asInt(1));
        ObjectNode memory = status.withObjectProperty("memory");
        String guest = vmi.spec().path("domain").path("memory").path("guest").asText("");
        if (!guest.isEmpty()) {
            memory.put("guestCurrent", guest);
        }
        memory.put("memoryOverhead", VmiStart.overhead(vmi));
        for (JsonNode nic : status.path("interfaces")) {
            String address = hypervisor
                    .nic(
                            vmi,
                            nic,
                            status.path("migrationState")
                                    .path("targetNodeAddress")
                                    .asText())
                    .address();
            ((ObjectNode) nic).put("ipAddress", address).putArray("ipAddresses").add(address);
        }
        hypervisor.resize(vmi);
        status.remove("migratedVolumes");
        change.without("HotVCPUChange")
                .without("HotMemoryChange")
                .without("VolumesChange")
                .without("EvictionRequested");
        if (!vmi.is("Paused")) {
            change.condition(
                    "Ready",
                    "False",
                    "ReadinessGatesNotReady",
                    "corresponding condition of pod readiness gate \"kubevirt.io/virtual-machine-unpaused\" does not exist.");
        }
        change.send();
    }

    void requestAbort(Vmi vmi) {
        var change = new VmiChange(api, vmi);
        change.status().withObjectProperty("migrationState").put("abortRequested", true);
        change.send();
        event(vmi, "Normal", "Migrating", "VirtualMachineInstance is aborting migration.");
    }

    /** The guest stays where it is. */
    void interrupt(Vmi vmi, String why) {
        var change = new VmiChange(api, vmi).label(TARGET_NODE, null);
        ObjectNode state = change.status().withObjectProperty("migrationState");
        if (state.path("abortRequested").asBoolean()) {
            state.put("abortStatus", "Succeeded");
        }
        state.put("completed", true)
                .put("failed", true)
                .put("failureReason", why)
                .put("endTimestamp", Api.now());
        change.send();
        event(
                vmi,
                "Warning",
                "Migrated",
                "VirtualMachineInstance migration uid "
                        + state.path("migrationUid").asText() + " failed. reason:" + why);
    }

    private void event(Vmi vmi, String type, String reason, String message) {
        api.event(vmi.tree(), type, reason, message, VmiController.COMPONENT_HANDLER);
    }
}
