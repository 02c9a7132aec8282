package io.nephele.sandbox.standin.recording;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.recording.Calls.Answer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Server-side applies of recordings b-ssa and b-ssa2, whose bodies were not written down: what was tried is said beside them. */
final class Applies {

    private static final String DOMAIN = "/spec/template/spec/domain";
    private static final String GRACE = "/spec/template/spec/terminationGracePeriodSeconds";

    private final Map<String, Deque<ObjectNode>> bodies = new ConcurrentHashMap<>(Map.of(
            "b-ssa",
            new ArrayDeque<>(List.of(
                    plain(),
                    plain(),
                    plain(),
                    labelled(),
                    // The label and a scalar are left out.
                    vm(GRACE, null),
                    plain(),
                    plain(),
                    plain(),
                    plain(),
                    // Another one had started it.
                    plain(),
                    plain(),
                    plain(),
                    duplicateVolume(),
                    labelled(),
                    labelled())),
            "b-ssa2",
            new ArrayDeque<>(List.of(
                    vm(DOMAIN + "/memory/guest", "\"0.125Gi\""),
                    vm(DOMAIN + "/memory/guest", "\"131072Ki\""),
                    vm("/spec/template/spec/nodeSelector", "{}"),
                    labelled(),
                    plain(),
                    vm("/status", "{\"ready\": true}"),
                    vm("/metadata/resourceVersion", "\"1\""),
                    vm("/metadata/name", "\"fresh\"", "/metadata/uid", "\"00000000-0000-0000-0000-000000000000\""),
                    vm(DOMAIN + "/cpu/sockets", "\"two\"")))));

    private Applies() {}

    static Actions install(Actions actions) {
        var applies = new Applies();
        return actions.on(
                        "server-side apply of vm (\\S+) by field manager nephele (force )?",
                        (stage, text) ->
                                applies.apply(stage, text.group(1), text.group(2) == null ? "" : "&force=true"))
                .on(
                        "SSA fieldValidation=(\\w+) unknown fields",
                        (stage, text) -> stage.calls()
                                .call(
                                        "PATCH",
                                        path(stage, "a") + "?fieldManager=nephele&force=true&fieldValidation="
                                                + text.group(1),
                                        Calls.APPLY,
                                        vm("/spec/nope", "1").toString()))
                .on(
                        "POST fieldValidation=Strict unknown fields",
                        (stage, _) -> stage.calls()
                                .call(
                                        "POST",
                                        path(stage, "") + "?fieldValidation=Strict",
                                        "application/json",
                                        vm("/spec/nope", "1", "/spec/template/spec/bogus", "1")
                                                .toString()));
    }

    private Answer apply(Stage stage, String name, String force) {
        ObjectNode body = bodies.get(stage.namespace()).removeFirst();
        return stage.calls()
                .call("PATCH", path(stage, name) + "?fieldManager=nephele" + force, Calls.APPLY, body.toString());
    }

    private static String path(Stage stage, String name) {
        return Actions.path(KubeVirtActions.VM, stage.namespace(), name);
    }

    private static ObjectNode vm(String... changes) {
        return KubeVirtAnswers.vm(changes);
    }

    private static ObjectNode plain() {
        return vm();
    }

    private static ObjectNode labelled() {
        return vm("/metadata/labels", "{\"mine\": \"yes\"}");
    }

    private static ObjectNode duplicateVolume() {
        return vm(
                "/metadata/name",
                "\"dup\"",
                "/spec/template/spec/volumes",
                "[{\"name\": \"data\", \"emptyDisk\": {\"capacity\": \"64Mi\"}}, {\"name\": \"data\", \"emptyDisk\": {\"capacity\": \"64Mi\"}}]");
    }
}
