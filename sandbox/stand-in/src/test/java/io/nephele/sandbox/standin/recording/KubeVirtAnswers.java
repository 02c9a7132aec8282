package io.nephele.sandbox.standin.recording;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.recording.Calls.Answer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The calls of recordings b-* whose bodies were not written down, made again from what is said about them. */
final class KubeVirtAnswers {

    /** A VM like those of the recordings. */
    static final String VM = """
            {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", "metadata": {"name": "a"}, "spec": {"runStrategy": "Halted", "template": {
              "metadata": {"labels": {"vm": "a"}}, "spec": {"evictionStrategy": "LiveMigrate", "terminationGracePeriodSeconds": 10,
              "domain": {"cpu": {"cores": 1, "sockets": 1, "threads": 1}, "memory": {"guest": "128Mi"},
                "devices": {"autoattachGraphicsDevice": false, "rng": {}, "disks": [{"name": "data", "disk": {"bus": "virtio"}}],
                  "interfaces": [{"name": "default", "masquerade": {}}]}},
              "networks": [{"name": "default", "pod": {}}], "volumes": [{"name": "data", "emptyDisk": {"capacity": "64Mi"}}]}}}}""";

    private static final String SPEC = "/spec/template/spec";
    private static final String DISKS = SPEC + "/domain/devices/disks";

    /** What is changed in the VM, as JSON pointer and value, by what the recorder called the try. */
    private static final Map<String, String[]> CREATED = Map.ofEntries(
            entry("runStrategy and running absent", change("/spec/runStrategy", null)),
            entry("both running and runStrategy", change("/spec/running", "true")),
            entry("only running: true", change("/spec/runStrategy", null, "/spec/running", "true")),
            entry("runStrategy Sometimes", change("/spec/runStrategy", "\"Sometimes\"")),
            entry(
                    "unknown instancetype",
                    change(
                            "/spec/instancetype",
                            "{\"name\": \"nope\"}",
                            SPEC + "/domain/cpu",
                            null,
                            SPEC + "/domain/memory",
                            null)),
            entry("maxSockets < sockets", change(SPEC + "/domain/cpu", "{\"sockets\": 4, \"maxSockets\": 2}")),
            entry("maxGuest < guest", change(SPEC + "/domain/memory", "{\"guest\": \"2Gi\", \"maxGuest\": \"1Gi\"}")),
            entry(
                    "maxGuest with guest 128Mi",
                    change(SPEC + "/domain/memory", "{\"guest\": \"128Mi\", \"maxGuest\": \"1Gi\"}")),
            entry("volume without disk", change(DISKS, "[]")),
            entry(
                    "disk without volume",
                    change(
                            DISKS,
                            "[{\"name\": \"data\", \"disk\": {\"bus\": \"virtio\"}}, {\"name\": \"nodisk\", \"disk\": {\"bus\": \"virtio\"}}]")),
            entry(
                    "interface without network",
                    change(
                            SPEC + "/domain/devices/interfaces",
                            "[{\"name\": \"default\", \"masquerade\": {}}, {\"name\": \"zz\", \"bridge\": {}}]")),
            entry("bus floppy", change(DISKS, "[{\"name\": \"data\", \"disk\": {\"bus\": \"floppy\"}}]")),
            entry(
                    "bad mac",
                    change(
                            SPEC + "/domain/devices/interfaces",
                            "[{\"name\": \"default\", \"masquerade\": {}, \"macAddress\": \"zz:zz\"}]")),
            entry("evictionStrategy Maybe", change(SPEC + "/evictionStrategy", "\"Maybe\"")),
            entry("bad name", change("/metadata/name", "\"X_bad\"")),
            entry("name of 64 chars", change("/metadata/name", '"' + "n".repeat(64) + '"')),
            entry("volumes missing", change(SPEC + "/volumes", null)),
            entry("no template", change("/spec/template", null)),
            entry("no memory", change(SPEC + "/domain/memory", null)),
            entry("sockets 1000", change(SPEC + "/domain/cpu/sockets", "1000")),
            entry("negative grace", change(SPEC + "/terminationGracePeriodSeconds", "-1")),
            entry("machine pc-foo", change(SPEC + "/domain/machine", "{\"type\": \"pc-foo\"}")),
            entry(
                    "dataVolume without CDI",
                    change(SPEC + "/volumes", "[{\"name\": \"data\", \"dataVolume\": {\"name\": \"none\"}}]")));

    private KubeVirtAnswers() {}

    private static String[] change(String... pointersAndValues) {
        return pointersAndValues;
    }

    /** The VM with some fields set, or, where the value is null, removed. */
    static ObjectNode vm(String... pointersAndValues) {
        var vm = (ObjectNode) Replay.parse(VM);
        for (int i = 0; i < pointersAndValues.length; i += 2) {
            int last = pointersAndValues[i].lastIndexOf('/');
            var parent = (ObjectNode) vm.at(pointersAndValues[i].substring(0, last));
            String field = pointersAndValues[i].substring(last + 1);
            if (pointersAndValues[i + 1] == null) {
                parent.remove(field);
            } else {
                parent.set(field, Replay.parse(pointersAndValues[i + 1]));
            }
        }
        return vm;
    }

    static Actions install(Actions actions) {
        int[] count = {0};
        CREATED.forEach((name, change) -> actions.on(java.util.regex.Pattern.quote(name), (stage, _) -> {
            ObjectNode vm = vm(change);
            if (vm.at("/metadata/name").asText().equals("a")) {
                ((ObjectNode) vm.get("metadata")).put("name", "a" + count[0]++);
            }
            return stage.calls().call("POST", vms(stage, ""), "application/json", vm.toString());
        }));
        return actions.on(
                        "PUT (pause|unpause|restart) (no body|with no body, no content type)",
                        (stage, text) -> stage.calls().call("PUT", verb(stage, text.group(1)), "", ""))
                .on(
                        "PUT restart with a broken body",
                        (stage, _) -> stage.calls()
                                .call(
                                        "PUT",
                                        KubeVirtActions.subresource(stage, "vm", "h", "restart"),
                                        "application/json",
                                        "\"broken\""))
                .on("(PUT|GET) (unpause|guestosinfo) with Accept: (.*)", (stage, text) -> {
                    Map<String, String> headers = new HashMap<>();
                    if (!text.group(3).equals("None")) {
                        headers.put("Accept", text.group(3));
                    }
                    return stage.calls().call(text.group(1), verb(stage, text.group(2)), "", headers);
                })
                .on(
                        "patch vm /status by cluster admin",
                        (stage, _) -> stage.calls()
                                .call(
                                        "PATCH",
                                        vms(stage, "a") + "/status",
                                        Calls.MERGE_PATCH,
                                        "{\"status\": {\"printableStatus\": \"Unknown\"}}"))
                .on(
                        "GET vmi /status",
                        (stage, _) -> stage.calls()
                                .call(
                                        "GET",
                                        Actions.path(KubeVirtActions.VMI, stage.namespace(), "a") + "/status",
                                        "",
                                        ""))
                .on("PUT vm with stale resourceVersion", (stage, _) -> {
                    var vm = (ObjectNode) Replay.parse(
                            stage.calls().call("GET", vms(stage, "a"), "", "").body());
                    vm.withObject("/metadata").put("resourceVersion", "1");
                    return stage.calls().call("PUT", vms(stage, "a"), "application/json", vm.toString());
                })
                .on("back-to-back toggle .*", (stage, _) -> {
                    String path = vms(stage, "a");
                    for (String strategy : List.of("Halted", "RerunOnFailure")) {
                        stage.calls()
                                .call(
                                        "PATCH",
                                        path,
                                        Calls.MERGE_PATCH,
                                        "{\"spec\": {\"runStrategy\": \"" + strategy + "\"}}");
                    }
                    return Answer.NONE;
                });
    }

    private static String verb(Stage stage, String verb) {
        return KubeVirtActions.subresource(stage, "vmi", "h", verb);
    }

    private static String vms(Stage stage, String name) {
        return Actions.path(KubeVirtActions.VM, stage.namespace(), name);
    }
}
