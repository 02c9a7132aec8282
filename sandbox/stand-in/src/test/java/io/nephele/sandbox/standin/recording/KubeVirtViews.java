package io.nephele.sandbox.standin.recording;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.recording.View.Facts;
import java.util.Map;
import java.util.Set;

/** What is compared of the kinds of KubeVirt. */
final class KubeVirtViews {

    static final Map<String, View> VIEWS = Map.of(
            "VirtualMachine",
            new View(vm -> vm.at("/status/printableStatus").asText(), (vm, facts) -> {
                facts.deletion()
                        .conditions(Set.of())
                        .values(
                                "/spec/runStrategy",
                                "/status/runStrategy",
                                "/status/created",
                                "/status/ready",
                                "/status/startFailure/consecutiveFailCount")
                        .presence("/status/startFailure/retryAfterTimestamp", "/status/volumeUpdateState");
                requests(vm, facts);
            }),
            "VirtualMachineInstance",
            new View(vmi -> vmi.at("/status/phase").asText(), (vmi, facts) -> {
                facts.deletion()
                        .conditions(Set.of())
                        .values(
                                "/status/currentCPUTopology",
                                "/status/memory",
                                "/status/guestOSInfo",
                                "/status/machine/type",
                                "/status/migrationMethod",
                                "/status/migrationTransport",
                                "/status/qosClass",
                                "/status/runtimeUser",
                                "/status/selinuxContext",
                                "/status/virtualMachineRevisionName",
                                "/spec/terminationGracePeriodSeconds",
                                "/spec/evictionStrategy",
                                "/spec/domain/cpu",
                                "/spec/domain/memory")
                        .presence(
                                "/status/nodeName",
                                "/status/evacuationNodeName",
                                "/status/launcherContainerImageVersion",
                                "/status/migratedVolumes",
                                "/metadata/labels/kubevirt.io~1nodeName",
                                "/metadata/ownerReferences/0");
                facts.put(
                        "activePods",
                        String.valueOf(vmi.at("/status/activePods").size()));
                vmi.at("/spec/nodeSelector").properties().stream()
                        // Such a one is no part of the recording.
                        .filter(label -> !label.getKey().startsWith("sandbox."))
                        .forEach(label -> facts.put(
                                "node selector " + label.getKey(),
                                label.getValue().asText()));
                interfaces(vmi, facts);
                volumes(vmi, facts);
                migration(vmi, facts);
            }),
            "VirtualMachineInstanceMigration",
            new View(
                    vmim -> vmim.at("/status/phase").asText(),
                    (vmim, facts) -> facts.deletion()
                            .conditions(Set.of())
                            .values("/spec/priority", "/metadata/labels", "/spec/vmiName")),
            "Pod",
            new View(
                    pod -> pod.at("/status/phase").asText(),
                    (pod, facts) -> facts.presence("/metadata/deletionTimestamp", "/spec/nodeName")
                            .values("/metadata/labels/kubevirt.io")));

    private KubeVirtViews() {}

    private static void requests(ObjectNode vm, Facts facts) {
        int i = 0;
        for (JsonNode request : vm.at("/status/stateChangeRequests")) {
            facts.put("request " + i++, request.toString());
        }
    }

    private static void interfaces(ObjectNode vmi, Facts facts) {
        for (JsonNode nic : vmi.at("/status/interfaces")) {
            facts.put(
                    "interface " + nic.path("name").asText(),
                    "%s %s %s %s"
                            .formatted(
                                    nic.path("infoSource").asText(),
                                    nic.path("linkState").asText(),
                                    nic.path("podInterfaceName").asText(),
                                    nic.has("ipAddress") ? "with address" : "without address"));
        }
    }

    private static void volumes(ObjectNode vmi, Facts facts) {
        for (JsonNode volume : vmi.at("/status/volumeStatus")) {
            facts.put(
                    "volume " + volume.path("name").asText(),
                    "%s %s %s %s %s %s"
                            .formatted(
                                    volume.path("target").asText(),
                                    volume.path("phase").asText(),
                                    volume.path("reason").asText(),
                                    volume.path("message").asText(),
                                    volume.has("hotplugVolume") ? "hotplugged" : "",
                                    volume.path("persistentVolumeClaimInfo")
                                            .path("claimName")
                                            .asText()));
        }
    }

    private static void migration(ObjectNode vmi, Facts facts) {
        JsonNode state = vmi.at("/status/migrationState");
        facts.presence(
                "/status/migrationState/migrationUid",
                "/status/migrationState/startTimestamp",
                "/status/migrationState/endTimestamp",
                "/status/migrationState/sourceNode",
                "/status/migrationState/targetNode",
                "/status/migrationState/targetPod");
        facts.values(
                "/status/migrationState/completed",
                "/status/migrationState/failed",
                "/status/migrationState/abortRequested",
                "/status/migrationState/abortStatus",
                "/status/migrationState/failureReason",
                "/status/migrationState/mode");
        if (!state.isMissingNode()
                && state.path("sourceNode")
                        .asText()
                        .equals(state.path("targetNode").asText())
                && state.has("targetNode")) {
            facts.put("target node", "is the source");
        }
    }
}
