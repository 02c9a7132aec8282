package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.HttpsEndpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * virt-api's aggregated API {@code subresources.kubevirt.io}: the verbs on VMs and VMIs, with the codes and texts recorded in b-subresources. It is reached through the API
 * server, which says who asks; whether he may is asked back.
 */
final class Subresources {

    private static final String BASE = "/apis/subresources.kubevirt.io";

    private static final List<String> PUT = List.of(
            "virtualmachines/start",
            "virtualmachines/stop",
            "virtualmachines/restart",
            "virtualmachines/migrate",
            "virtualmachines/addvolume",
            "virtualmachines/removevolume",
            "virtualmachines/evacuate",
            "virtualmachineinstances/pause",
            "virtualmachineinstances/unpause",
            "virtualmachineinstances/softreboot",
            "virtualmachineinstances/reset",
            "virtualmachineinstances/freeze",
            "virtualmachineinstances/unfreeze",
            "virtualmachineinstances/addvolume",
            "virtualmachineinstances/removevolume",
            "virtualmachineinstances/evacuate");

    private static final List<String> GET = List.of(
            "virtualmachineinstances/guestosinfo",
            "virtualmachineinstances/userlist",
            "virtualmachineinstances/filesystemlist");

    private final Api api;
    private final VmVerbs vmVerbs;
    private final VolumeVerbs volumeVerbs;
    private final VmiVerbs vmiVerbs;

    private Subresources(Api api, Guests guests, Hypervisor hypervisor) {
        this.api = api;
        vmVerbs = new VmVerbs(api);
        volumeVerbs = new VolumeVerbs(api);
        vmiVerbs = new VmiVerbs(api, guests, hypervisor);
    }

    static void install(Api api, HttpsEndpoint https, Guests guests, Hypervisor hypervisor) {
        var subresources = new Subresources(api, guests, hypervisor);
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
                serve(exchange, path);
            } catch (Refused refused) {
                answer(exchange, refused.code(), refused.json());
            } catch (KubernetesClientException e) {
                // What the API server refuses is refused in its words.
                Refused refused = Refused.internal(String.valueOf(e.getMessage()));
                answer(exchange, refused.code(), refused.json());
            }
        }
    }

    private void serve(HttpExchange exchange, String[] path) throws IOException, Refused {
        // ["", "v1", "namespaces", ns, plural, name, verb]
        if (path.length < 7) {
            throw Refused.notServed();
        }
        boolean put = exchange.getRequestMethod().equals("PUT");
        String accepted = exchange.getRequestHeaders().getFirst("Accept");
        if ("text/plain".equals(accepted) || (put && "application/json".equals(accepted))) {
            plain(
                    exchange,
                    406,
                    "406: Not Acceptable\n\nAvailable representations: " + (put ? "" : "application/json"));
            return;
        }
        authorize(exchange, path);
        if (!put) {
            ask(exchange, path);
            return;
        }
        JsonNode body = body(exchange, path[6]);
        boolean ofVm = path[4].equals("virtualmachines");
        if (ofVm) {
            vm(path, body);
        } else {
            vmi(path, body);
        }
        boolean atOnce = !ofVm || verb(path).equals("evacuate/cancel");
        exchange.sendResponseHeaders(atOnce ? 200 : 202, -1);
    }

    private void ask(HttpExchange exchange, String[] path) throws IOException, Refused {
        ObjectNode vmi = get(Kinds.VMI, path[3], path[5]);
        if (vmi == null) {
            throw Refused.notFound("virtualmachineinstance", path[5]);
        }
        if (!new Vmi(vmi).is("AgentConnected")) {
            plain(
                    exchange,
                    500,
                    "Operation cannot be fulfilled on virtualmachineinstance.kubevirt.io \"%s\": VMI does not have guest agent connected"
                            .formatted(path[5]));
            return;
        }
        answer(exchange, 200, vmiVerbs.ask(new Vmi(vmi), path[6]));
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
            throw Refused.forbidden(
                    "%s.subresources.kubevirt.io \"%s\" is forbidden: User \"%s\" cannot update resource \"%s/%s\" in API group \"subresources.kubevirt.io\" in the namespace \"%s\""
                            .formatted(path[4], path[5], user, path[4], path[6], path[3]));
        }
    }

    private void vm(String[] path, JsonNode body) throws Refused {
        ObjectNode vm = get(Kinds.VM, path[3], path[5]);
        if (vm == null) {
            throw Refused.notFound("virtualmachine", path[5]);
        }
        ObjectNode vmi = get(Kinds.VMI, path[3], path[5]);
        switch (verb(path)) {
            case "start" -> vmVerbs.start(vm, vmi, body);
            case "stop" -> vmVerbs.stop(vm, vmi, body);
            case "restart" -> vmVerbs.restart(vm, vmi, body);
            case "migrate" -> vmVerbs.migrate(vm);
            case "addvolume" -> volumeVerbs.add(vm, body);
            case "removevolume" -> volumeVerbs.remove(vm, body);
            case "evacuate/cancel" -> {
                if (vmi != null) {
                    vmiVerbs.cancelEvacuation(new Vmi(vmi), body);
                }
            }
            default -> throw Refused.notServed();
        }
    }

    private void vmi(String[] path, JsonNode body) throws Refused {
        ObjectNode tree = get(Kinds.VMI, path[3], path[5]);
        if (tree == null) {
            throw Refused.notFound("virtualmachineinstance", path[5]);
        }
        var vmi = new Vmi(tree);
        if (verb(path).equals("evacuate/cancel")) {
            vmiVerbs.cancelEvacuation(vmi, body);
        } else if (verb(path).endsWith("volume")) {
            throw Refused.badRequest("VMI " + vmi.key() + " is owned by a VM");
        } else {
            vmiVerbs.act(vmi, verb(path), body);
        }
    }

    private static String verb(String[] path) {
        return String.join("/", List.of(path).subList(6, path.length));
    }

    private @Nullable ObjectNode get(Api.Kind kind, String namespace, String name) {
        GenericKubernetesResource object = api.resource(kind, namespace, name).get();
        return object == null ? null : api.tree(object);
    }

    private JsonNode body(HttpExchange exchange, String verb) throws IOException, Refused {
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
        String struct = verb.substring(0, 1).toUpperCase(Locale.ROOT) + verb.substring(1) + "Options";
        throw Refused.badRequest(
                "Can not unmarshal Request body to struct, error: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type v1."
                        + struct);
    }

    private String discovery(int depth) {
        if (depth < 2) {
            return """
                    {"kind": "APIGroup", "apiVersion": "v1", "name": "subresources.kubevirt.io",
                     "versions": [{"groupVersion": "subresources.kubevirt.io/v1", "version": "v1"}],
                     "preferredVersion": {"groupVersion": "subresources.kubevirt.io/v1", "version": "v1"}}""";
        }
        ObjectNode list = api.object();
        list.put("kind", "APIResourceList").put("apiVersion", "v1").put("groupVersion", "subresources.kubevirt.io/v1");
        ArrayNode resources = list.putArray("resources");
        for (String name : PUT) {
            resource(resources, name, "update");
        }
        for (String name : GET) {
            resource(resources, name, "get");
        }
        return list.toString();
    }

    private static void resource(ArrayNode resources, String name, String verb) {
        ObjectNode resource = resources.addObject();
        resource.put("name", name)
                .put("singularName", "")
                .put("namespaced", true)
                .put("kind", "");
        resource.putArray("verbs").add(verb);
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
