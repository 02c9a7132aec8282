package io.nephele.sandbox.standin.recording;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api.Kind;
import io.nephele.sandbox.standin.recording.Calls.Answer;
import io.nephele.sandbox.standin.recording.Recording.Line;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What was done to KubeVirt in its recordings. What the guests did there, they do here by the stand-in's fault annotations. */
final class KubeVirtActions {

    static final Kind VM = new Kind("kubevirt.io", "v1", "VirtualMachine", "virtualmachines");
    static final Kind VMI = new Kind("kubevirt.io", "v1", "VirtualMachineInstance", "virtualmachineinstances");
    static final Kind VMIM =
            new Kind("kubevirt.io", "v1", "VirtualMachineInstanceMigration", "virtualmachineinstancemigrations");
    static final Kind POD = new Kind("", "v1", "Pod", "pods");
    static final Kind PVC = new Kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims");
    static final Kind EVENT = new Kind("", "v1", "Event", "events");

    static final Set<Kind> WATCHED = Set.of(VM, VMI, VMIM, POD, EVENT);

    private static final String GUEST = "sandbox.nephele.io/guest";
    private static final String DEAF = "sandbox.nephele.io/ignores-shutdown";

    private static final String MIGRATION = "sandbox.nephele.io/migration";

    /** Connections of virt-handler that were just being opened or closed. */
    private static final Pattern NOISE = Pattern.compile(
            "command (Ping|Delete) failed|server error. command \\w+ failed|unable to create virt-launcher client|rpc error");

    private KubeVirtActions() {}

    static Subject subject() {
        var names = new Names()
                .and("virt-launcher-(.+)-[a-z0-9]{5}\\b", "virt-launcher-$1-<x>")
                .and(
                        "(kubevirt-evacuation|kubevirt-workload-update|kubevirt-migrate-vm|hp-volume)-[a-z0-9]{5}\\b",
                        "$1-<x>")
                .and("(Migration Target is listening at) .*", "$1 <ports>")
                .and("(Back-off pulling image \"[^\"]+\": ErrImagePull: ).*", "$1<why>")
                .and("\\b(n|node-)[1-4]\\b", "<node>")
                .and("pc-q35-[a-z0-9.]+", "<machine>")
                .and("\\b\\d+/\\d+ nodes are available: \\d+", "<n>/<n> nodes are available: <n>")
                .and("preemption: 0/\\d+ nodes are available: \\d+", "preemption: 0/<n> nodes are available: <n>");
        return new Subject(KubeVirtViews.VIEWS, actions(), names, KubeVirtActions::isOfKubeVirt);
    }

    /**
     * Events about VMs and VMIs; those about pods are told by the kubelet and the scheduler. Left out is what virt-handler tells of a domain that is being undefined:
     * how often and whether it does so differs from run to run.
     */
    private static boolean isOfKubeVirt(ObjectNode event) {
        return !event.path("reason").asText().equals("Deleted")
                && !NOISE.matcher(event.path("message").asText()).lookingAt()
                && event.path("involvedObject").path("kind").asText().startsWith("VirtualMachine");
    }

    private static Actions actions() {
        Map<String, Kind> kinds = new LinkedHashMap<>();
        kinds.put("vmim", VMIM);
        kinds.put("vmi", VMI);
        kinds.put("vm", VM);
        kinds.put("pvc", PVC);
        var actions = new Actions(kinds, KubeVirtActions::client);
        return Applies.install(KubeVirtAnswers.install(actions))
                .on("PUT subresource (vm|vmi)/(\\S+?)/(\\S+)( .*)?", (stage, text) -> {
                    String body = text.group(4) == null ? "" : text.group(4).strip();
                    return stage.calls()
                            .call(
                                    "PUT",
                                    subresource(stage, text.group(1), text.group(2), text.group(3)),
                                    body.isEmpty() ? "" : "application/json",
                                    body);
                })
                .on(
                        "GET subresource (vm|vmi)/(\\S+?)/(\\S+)",
                        (stage, text) -> stage.calls()
                                .call("GET", subresource(stage, text.group(1), text.group(2), text.group(3)), "", ""))
                .on("guest console: type \".*poweroff -f\"", (stage, _) -> guest(stage, "poweroff"))
                .on("guest console: type \"reboot -f\"", (stage, _) -> guest(stage, "reboot"))
                .on(
                        "guest console: type \"killall acpid\"",
                        (stage, _) -> annotate(stage, running(stage), DEAF, "3600"))
                .on("guest console: type \"(cat|ls) .*\"", Actions.REMARK)
                .on("kill -9 of the qemu process of \\S+", (stage, _) -> guest(stage, "crash"))
                .on("delete the launcher pod with grace 0 before the VMI is Running", (stage, _) -> {
                    String pod = stage.seenName("Pod", last(stage, "Pod").name());
                    return stage.calls()
                            .call("DELETE", Actions.path(POD, stage.namespace(), pod), "application/json", """
                            {"gracePeriodSeconds": 0}""");
                })
                .on("delete the VMI \\(not the VM\\).*", Actions.REMARK)
                .on("kubectl delete vm (\\S+) options (.*Orphan.*)", (stage, text) -> {
                    awaitGarbageCollector(stage);
                    String path = Actions.path(VM, stage.namespace(), text.group(1));
                    return stage.calls().call("DELETE", path, "application/json", text.group(2));
                })
                .on("console \\S+", Actions.REMARK)
                .on("(now|rapid toggle|force): .*|rapid toggle.*|force: .*|not picked up by .*", Actions.REMARK)
                .on("POST eviction of launcher pod (\\S+)", (stage, text) -> {
                    String pod = stage.seenName("Pod", text.group(1));
                    String path = Actions.path(POD, stage.namespace(), pod) + "/eviction";
                    return stage.calls().call("POST", path, "application/json", """
                            {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "%s", "namespace": "%s"}}""".formatted(pod, stage.namespace()));
                })
                .on(
                        "(throttle|stop|guest powers off|kill qemu of the source|delete the VM|claim change|hotplug of|adding a) .*|throttle: .*",
                        Actions.REMARK)
                .on("PUT (vm|vmi) evacuate/cancel(?: body )?(.*?)(?: \\(no evacuation\\))?", (stage, text) -> {
                    String body = text.group(2).replace('\'', '"').replace("None", "");
                    body = body.replaceAll("\"n[12]\"", '"' + node(stage) + '"');
                    return stage.calls()
                            .call(
                                    "PUT",
                                    subresource(stage, text.group(1), "a", "evacuate/cancel"),
                                    body.isEmpty() ? "" : "application/json",
                                    body);
                })
                .on("guest console: type \"sleep 3; poweroff -f\"", (stage, _) -> {
                    await().until(() -> stage.seen(last(stage, VMIM.kind()))
                            .at("/status/phase")
                            .asText()
                            .equals("Running"));
                    return guest(stage, "poweroff");
                })
                .before(stage -> {
                    makeDeaf(stage);
                    holdMigration(stage);
                });
    }

    static String subresource(Stage stage, String kind, String name, String verb) {
        return "/apis/subresources.kubevirt.io/v1/namespaces/" + stage.namespace() + "/"
                + (kind.equals("vm") ? "virtualmachines" : "virtualmachineinstances") + "/" + name + "/" + verb;
    }

    /** What a client sends: without what the webhooks of KubeVirt had put in when the object was first seen. */
    private static ObjectNode client(ObjectNode object) {
        ObjectNode sent = Actions.unsaved(object);
        if (sent.at("/spec/template/spec/domain/firmware") instanceof ObjectNode firmware) {
            firmware.remove("uuid");
            firmware.remove("serial");
        }
        if (sent.at("/spec/template/spec/domain") instanceof ObjectNode domain) {
            domain.remove("machine");
            domain.remove("resources");
        }
        if (sent.at("/spec/template/spec") instanceof ObjectNode spec) {
            spec.remove("architecture");
        }
        if (sent.at("/spec/template/metadata/annotations") instanceof ObjectNode annotations) {
            annotations.remove("kubevirt.io/pci-topology-version");
        }
        if (object.path("kind").asText().equals("VirtualMachineInstanceMigration")) {
            sent.withObjectProperty("metadata").remove("finalizers");
            sent.withObjectProperty("metadata").remove("labels");
        }
        return sent;
    }

    /** The garbage collector takes half a minute to find kinds that are new: until it deletes a VM whose owner is gone, it would not orphan either. */
    private static void awaitGarbageCollector(Stage stage) {
        String maps = "/api/v1/namespaces/default/configmaps";
        String uid = stage.calls().call("POST", maps, "application/json", """
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "owner-"}}""").body();
        JsonNode owner = Replay.parse(uid).path("metadata");
        String vms = "/apis/kubevirt.io/v1/namespaces/default/virtualmachines";
        String name = owner.path("name").asText();
        stage.calls().call("POST", vms, "application/json", """
                {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", "metadata": {"name": "%1$s", "ownerReferences": [
                  {"apiVersion": "v1", "kind": "ConfigMap", "name": "%1$s", "uid": "%2$s"}]},
                 "spec": {"runStrategy": "Halted", "template": {"spec": {"domain": {"devices": {}}}}}}""".formatted(
                        name, owner.path("uid").asText()));
        stage.calls().call("DELETE", maps + "/" + name, "", "");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> stage.calls().call("GET", vms + "/" + name, "", "").status() == 404);
    }

    private static Answer guest(Stage stage, String act) {
        return annotate(stage, running(stage), GUEST, act);
    }

    /** The one VMI that runs: the guest that the recorder had its console open to. */
    private static Line running(Stage stage) {
        for (Line line : stage.past().reversed()) {
            if (line.kind().equals("VirtualMachineInstance") && stage.seen(line) != null) {
                return line;
            }
        }
        return await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> stage.seen("VirtualMachineInstance").reversed().stream()
                                .filter(line -> !line.isDeletion()
                                        && line.object()
                                                .at("/status/phase")
                                                .asText()
                                                .equals("Running"))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static Line last(Stage stage, String kind) {
        return stage.past().reversed().stream()
                .filter(line -> line.kind().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    private static Answer annotate(Stage stage, Line vmi, String annotation, String value) {
        stage.calls().call("PATCH", Actions.path(VMI, stage.namespace(), vmi.name()), Calls.MERGE_PATCH, """
                {"metadata": {"annotations": {"%s": "%s"}}}""".formatted(
                        annotation, value));
        return Answer.NONE;
    }

    /** Some guests did not react to being shut down, because they had not booted yet: their VMIs ended as Failed when the time was up. */
    private static void makeDeaf(Stage stage) {
        for (Line line : stage.past()) {
            ObjectNode vmi = line.kind().equals("VirtualMachineInstance") ? stage.seen(line) : null;
            if (vmi != null
                    && vmi.at("/status/phase").asText().equals("Running")
                    && !vmi.path("metadata").has("deletionTimestamp")
                    && !vmi.at("/metadata/annotations").has(DEAF)
                    && isDeaf(stage, line.uid())) {
                annotate(stage, line, DEAF, "3600");
            }
        }
    }

    /** The node that the one running VMI is on. */
    private static String node(Stage stage) {
        Line line = running(stage);
        ObjectNode vmi = stage.seen(line);
        return (vmi == null ? line.object() : vmi).at("/status/nodeName").asText();
    }

    /** Some migrations were still running when they were interrupted, because they had been made slow. */
    private static void holdMigration(Stage stage) {
        Set<String> phases = new HashSet<>();
        String uid = null;
        for (Line line : stage.future()) {
            if (line.kind().equals(VMIM.kind())) {
                uid = uid == null ? line.uid() : uid;
            }
        }
        for (List<Line> lines : List.of(stage.past(), stage.future())) {
            for (Line line : lines) {
                if (line.uid().equals(uid)) {
                    phases.add(line.object().at("/status/phase").asText());
                }
            }
        }
        boolean hold = stage.next().startsWith("POST eviction")
                || (phases.contains("Running") && !phases.contains("Succeeded"));
        for (Line line : stage.past()) {
            ObjectNode vmi = line.kind().equals(VMI.kind()) ? stage.seen(line) : null;
            if (vmi != null && vmi.at("/metadata/annotations").has(MIGRATION) != hold) {
                stage.calls()
                        .call(
                                "PATCH",
                                Actions.path(VMI, stage.namespace(), line.name()),
                                Calls.MERGE_PATCH,
                                """
                        {"metadata": {"annotations": {"%s": %s}}}""".formatted(MIGRATION, hold ? "\"hang\"" : "null"));
            }
        }
    }

    private static boolean isDeaf(Stage stage, String uid) {
        boolean asked = false;
        for (Line line : stage.future()) {
            if (line.uid().equals(uid)) {
                asked |= line.object().path("metadata").has("deletionTimestamp")
                        && line.object().at("/status/phase").asText().equals("Running");
                if (asked && line.object().at("/status/phase").asText().equals("Failed")) {
                    return true;
                }
            }
        }
        return false;
    }
}
