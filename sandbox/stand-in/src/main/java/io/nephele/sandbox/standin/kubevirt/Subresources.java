package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Conditions;
import io.nephele.sandbox.standin.HttpsEndpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * virt-api's aggregated API {@code subresources.kubevirt.io}: the verbs on VMs and VMIs, with the codes and texts recorded in b-subresources. It is reached through the API
 * server, which says who asks; whether he may is asked back.
 */
final class Subresources {

    private static final String BASE = "/apis/subresources.kubevirt.io";

    private final Api api;

    private Subresources(Api api) {
        this.api = api;
    }

    /** How a call ends that cannot be carried out. */
    private static final class Refused extends Exception {
        private final int code;

        Refused(int code, String message) {
            super(message);
            this.code = code;
        }
    }

    static void install(Api api, HttpsEndpoint https) {
        var subresources = new Subresources(api);
        https.handle(BASE, subresources::handle);
        String service = """
                {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "virt-api", "namespace": "default"},
                 "spec": {"type": "ExternalName", "externalName": "localhost"}}
                """;
        String apiService = """
                {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "v1.subresources.kubevirt.io"},
                 "spec": {"group": "subresources.kubevirt.io", "version": "v1", "groupPriorityMinimum": 1000, "versionPriority": 15,
                  "insecureSkipTLSVerify": true, "service": {"name": "virt-api", "namespace": "default", "port": %d}}}
                """.formatted(https.port());
        for (String object : List.of(service, apiService)) {
            api.client()
                    .resource(object)
                    .fieldManager("stand-in")
                    .forceConflicts()
                    .serverSideApply();
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String[] path =
                    exchange.getRequestURI().getPath().substring(BASE.length()).split("/");
            if (path.length <= 2) {
                answer(exchange, 200, discovery(path.length));
                return;
            }
            try {
                // ["", "v1", "namespaces", ns, plural, name, verb]
                if (path.length < 7) {
                    throw new Refused(404, "the server could not find the requested resource");
                }
                if (exchange.getRequestMethod().equals("PUT")
                        && "application/json"
                                .equals(exchange.getRequestHeaders().getFirst("Accept"))) {
                    plain(exchange, 406, "406: Not Acceptable\n\nAvailable representations: ");
                    return;
                }
                authorize(exchange, path);
                JsonNode body = body(exchange);
                int code = path[4].equals("virtualmachines") ? vm(path, body) : vmi(path);
                exchange.sendResponseHeaders(code, -1);
            } catch (Refused refused) {
                answer(exchange, refused.code, failure(refused));
            } catch (KubernetesClientException e) {
                answer(exchange, 500, failure(new Refused(500, "Internal error occurred: " + e.getMessage())));
            }
        }
    }

    private void authorize(HttpExchange exchange, String[] path) throws Refused {
        String user = exchange.getRequestHeaders().getFirst("X-Remote-User");
        List<String> groups = exchange.getRequestHeaders().getOrDefault("X-Remote-Group", List.of());
        var review = new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser(user == null ? "system:anonymous" : user)
                .withGroups(groups)
                .withNewResourceAttributes()
                .withGroup("subresources.kubevirt.io")
                .withVersion("v1")
                .withNamespace(path[3])
                .withResource(path[4])
                .withSubresource(path[6])
                .withName(path[5])
                .withVerb(exchange.getRequestMethod().equals("PUT") ? "update" : "get")
                .endResourceAttributes()
                .endSpec()
                .build();
        var answer = api.client().authorization().v1().subjectAccessReview().create(review);
        if (!Boolean.TRUE.equals(answer.getStatus().getAllowed())) {
            throw new Refused(
                    403,
                    "%s.subresources.kubevirt.io \"%s\" is forbidden: User \"%s\" cannot update resource \"%s/%s\" in API group \"subresources.kubevirt.io\" in the namespace \"%s\""
                            .formatted(path[4], path[5], user, path[4], path[6], path[3]));
        }
    }

    private int vm(String[] path, JsonNode body) throws Refused {
        String namespace = path[3];
        String name = path[5];
        ObjectNode vm = get(Kinds.VM, namespace, name);
        if (vm == null) {
            throw new Refused(404, "virtualmachine.kubevirt.io \"%s\" not found".formatted(name));
        }
        ObjectNode vmi = get(Kinds.VMI, namespace, name);
        String strategy = vm.path("spec").path("runStrategy").asText();
        switch (path[6]) {
            case "start" -> start(vm, vmi, strategy);
            case "stop" -> stop(vm, vmi, strategy, body);
            case "restart" -> restart(vm, vmi, strategy, body);
            default -> throw new Refused(404, "the server could not find the requested resource");
        }
        return 202;
    }

    private void start(ObjectNode vm, @Nullable ObjectNode vmi, String strategy) throws Refused {
        if (strategy.equals("Always") || strategy.equals("Once")) {
            throw conflict("virtualmachine", vm, strategy + " does not support manual start requests");
        }
        if (vmi != null) {
            throw conflict("virtualmachine", vm, "VM is already running");
        }
        if (strategy.equals("Halted")) {
            ObjectNode patch = api.object();
            patch.putObject("spec").put("runStrategy", "Always");
            api.patch(Kinds.VM, namespace(vm), name(vm), patch);
        } else {
            request(vm, "Start", null);
        }
    }

    private void stop(ObjectNode vm, @Nullable ObjectNode vmi, String strategy, JsonNode body) throws Refused {
        if (vmi == null) {
            throw conflict("virtualmachine", vm, "VM is not running");
        }
        JsonNode grace = body.path("gracePeriod");
        if (grace.isNumber()) {
            ObjectNode patch = api.object();
            patch.putObject("spec").put("terminationGracePeriodSeconds", grace.asInt());
            api.patch(Kinds.VMI, namespace(vm), name(vm), patch);
        }
        if (strategy.equals("Always")) {
            ObjectNode patch = api.object();
            patch.putObject("spec").put("runStrategy", "Halted");
            api.patch(Kinds.VM, namespace(vm), name(vm), patch);
        } else if (!strategy.equals("Halted")) {
            request(vm, "Stop", vmi.path("metadata").path("uid").asText());
        }
    }

    private void restart(ObjectNode vm, @Nullable ObjectNode vmi, String strategy, JsonNode body) throws Refused {
        if (strategy.equals("Halted") || strategy.equals("Once")) {
            throw conflict(
                    "virtualmachine", vm, "RunStategy " + strategy + " does not support manual restart requests");
        }
        if (vmi == null) {
            throw conflict("virtualmachine", vm, "VM is not running: Halted");
        }
        JsonNode grace = body.path("gracePeriodSeconds");
        if (grace.isNumber() && grace.asInt() != 0) {
            throw new Refused(400, "For force restart, only gracePeriod=0 is supported for now");
        }
        if (vm.path("status").path("stateChangeRequests").size() > 0) {
            throw new Refused(500, "Internal error occurred: unable to complete request: stop/start already underway");
        }
        ObjectNode status = api.object();
        VmController.request(status, "Stop", vmi.path("metadata").path("uid").asText());
        VmController.request(status, "Start", null);
        api.patchStatus(Kinds.VM, namespace(vm), name(vm), status);
    }

    private void request(ObjectNode vm, String action, @Nullable String uid) {
        ObjectNode status = api.object();
        VmController.request(status, action, uid);
        api.patchStatus(Kinds.VM, namespace(vm), name(vm), status);
    }

    private int vmi(String[] path) throws Refused {
        ObjectNode vmi = get(Kinds.VMI, path[3], path[5]);
        if (vmi == null) {
            throw new Refused(404, "virtualmachineinstance.kubevirt.io \"%s\" not found".formatted(path[5]));
        }
        if (!vmi.path("status").path("phase").asText().equals("Running")) {
            throw conflict("virtualmachineinstance", vmi, "VMI is not running");
        }
        var conditions = new Conditions(vmi.path("status").path("conditions"), false);
        boolean paused = conditions.status("Paused").equals("True");
        switch (path[6]) {
            case "pause" -> {
                if (paused) {
                    throw conflict("virtualmachineinstance", vmi, "VMI is already paused");
                }
                conditions.set("Paused", "True", "PausedByUser", "VMI was paused by user");
                conditions.set(
                        "Ready",
                        "False",
                        "ReadinessGatesNotReady",
                        "corresponding condition of pod readiness gate does not exist.");
                set(vmi, conditions);
            }
            case "unpause" -> {
                if (!paused) {
                    throw conflict("virtualmachineinstance", vmi, "VMI is not paused");
                }
                conditions.remove("Paused").set("Ready", "True", null, null);
                set(vmi, conditions);
            }
            case "softreboot" -> {
                if (paused) {
                    throw conflict("virtualmachineinstance", vmi, "VMI is paused");
                }
            }
            case "reset" -> {
                // A reset changes nothing that can be seen from outside.
            }
            case "guestosinfo", "userlist", "filesystemlist" ->
                throw new Refused(
                        500,
                        "Operation cannot be fulfilled on virtualmachineinstance.kubevirt.io \"%s\": VMI does not have guest agent connected"
                                .formatted(path[5]));
            default -> throw new Refused(404, "the server could not find the requested resource");
        }
        return 200;
    }

    private void set(ObjectNode vmi, Conditions conditions) {
        ObjectNode patch = api.object();
        patch.putObject("status").set("conditions", conditions.toArray());
        api.patch(Kinds.VMI, namespace(vmi), name(vmi), patch);
    }

    private @Nullable ObjectNode get(Api.Kind kind, String namespace, String name) {
        GenericKubernetesResource object = api.resource(kind, namespace, name).get();
        return object == null ? null : api.tree(object);
    }

    private static Refused conflict(String kind, ObjectNode object, String text) {
        return new Refused(
                409, "Operation cannot be fulfilled on %s.kubevirt.io \"%s\": %s".formatted(kind, name(object), text));
    }

    private static String namespace(ObjectNode object) {
        return object.path("metadata").path("namespace").asText();
    }

    private static String name(ObjectNode object) {
        return object.path("metadata").path("name").asText();
    }

    private JsonNode body(HttpExchange exchange) throws IOException, Refused {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (body.isBlank()) {
            return api.object();
        }
        try {
            JsonNode parsed = api.parse(body);
            if (parsed.isObject()) {
                return parsed;
            }
        } catch (IllegalArgumentException malformed) {
            // Answered below.
        }
        throw new Refused(400, "Can not unmarshal Request body to struct, error: error unmarshaling JSON");
    }

    private String discovery(int depth) {
        if (depth < 2) {
            return """
                    {"kind": "APIGroup", "apiVersion": "v1", "name": "subresources.kubevirt.io",
                     "versions": [{"groupVersion": "subresources.kubevirt.io/v1", "version": "v1"}],
                     "preferredVersion": {"groupVersion": "subresources.kubevirt.io/v1", "version": "v1"}}""";
        }
        return """
                {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "subresources.kubevirt.io/v1", "resources": [
                 {"name": "virtualmachines/start", "singularName": "", "namespaced": true, "kind": "", "verbs": ["update"]},
                 {"name": "virtualmachines/stop", "singularName": "", "namespaced": true, "kind": "", "verbs": ["update"]},
                 {"name": "virtualmachines/restart", "singularName": "", "namespaced": true, "kind": "", "verbs": ["update"]},
                 {"name": "virtualmachineinstances/pause", "singularName": "", "namespaced": true, "kind": "", "verbs": ["update"]},
                 {"name": "virtualmachineinstances/unpause", "singularName": "", "namespaced": true, "kind": "", "verbs": ["update"]},
                 {"name": "virtualmachineinstances/softreboot", "singularName": "", "namespaced": true, "kind": "", "verbs": ["update"]},
                 {"name": "virtualmachineinstances/reset", "singularName": "", "namespaced": true, "kind": "", "verbs": ["update"]},
                 {"name": "virtualmachineinstances/guestosinfo", "singularName": "", "namespaced": true, "kind": "", "verbs": ["get"]}]}""";
    }

    private String failure(Refused refused) {
        return api.object()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", "Failure")
                .put("message", refused.getMessage())
                .put(
                        "reason",
                        refused.code == 409
                                ? "Conflict"
                                : refused.code == 404 ? "NotFound" : refused.code == 403 ? "Forbidden" : "")
                .put("code", refused.code)
                .toString();
    }

    private static void answer(HttpExchange exchange, int code, String json) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        write(exchange, code, json);
    }

    private static void plain(HttpExchange exchange, int code, String text) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/plain");
        write(exchange, code, text);
    }

    private static void write(HttpExchange exchange, int code, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
