package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.nephele.sandbox.standin.Answer;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.HttpsEndpoint;
import io.nephele.sandbox.standin.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * virt-api's aggregated API {@code subresources.kubevirt.io}: the verbs on VMs and VMIs, with the codes and texts recorded in b-subresources. It is reached through the API
 * server, which says who asks; whether he may is asked back.
 */
final class Subresources {

    private static final String BASE = "/apis/subresources.kubevirt.io";
    private static final String NOT_ACCEPTABLE = "406: Not Acceptable\n\nAvailable representations: ";

    private static final List<String> PUT = List.of(
            "virtualmachines/start",
            "virtualmachines/stop",
            "virtualmachines/restart",
            "virtualmachines/migrate",
            "virtualmachines/addvolume",
            "virtualmachines/removevolume",
            "virtualmachines/evacuate/cancel",
            "virtualmachineinstances/pause",
            "virtualmachineinstances/unpause",
            "virtualmachineinstances/softreboot",
            "virtualmachineinstances/reset",
            "virtualmachineinstances/freeze",
            "virtualmachineinstances/unfreeze",
            "virtualmachineinstances/addvolume",
            "virtualmachineinstances/removevolume",
            "virtualmachineinstances/evacuate/cancel");

    private static final List<String> GET = List.of(
            "virtualmachineinstances/console",
            "virtualmachineinstances/vnc",
            "virtualmachineinstances/vnc/screenshot",
            "virtualmachineinstances/guestosinfo",
            "virtualmachineinstances/userlist",
            "virtualmachineinstances/filesystemlist");

    private final Api api;
    private final VmVerbs vmVerbs;
    private final VolumeVerbs volumeVerbs;
    private final VmiVerbs vmiVerbs;
    private final Consoles consoles;

    private Subresources(Api api, Guests guests, Hypervisor hypervisor, Consoles consoles) {
        this.api = api;
        this.consoles = consoles;
        vmVerbs = new VmVerbs(api);
        volumeVerbs = new VolumeVerbs(api);
        vmiVerbs = new VmiVerbs(api, guests, hypervisor);
    }

    static void install(Api api, HttpsEndpoint https, Guests guests, Hypervisor hypervisor, Consoles consoles) {
        var subresources = new Subresources(api, guests, hypervisor, consoles);
        https.handle(BASE, subresources::handle);
        api.aggregate("virt-api", "subresources.kubevirt.io", "v1", https.port());
    }

    private Answer handle(Request request) throws IOException {
        String[] path = request.path().substring(BASE.length()).split("/");
        if (path.length <= 2) {
            return Answer.json(200, discovery(path.length));
        }
        try {
            return serve(request, path);
        } catch (Refused refused) {
            return Answer.json(refused.code(), refused.json());
        } catch (KubernetesClientException e) {
            // What the API server refuses is refused in its words.
            Refused refused = Refused.internal(String.valueOf(e.getMessage()));
            return Answer.json(refused.code(), refused.json());
        }
    }

    private Answer serve(Request request, String[] path) throws IOException, Refused {
        // ["", "v1", "namespaces", ns, plural, name, verb]
        if (path.length < 7) {
            throw Refused.notServed();
        }
        String denial = denial(request, path);
        if (denial != null) {
            return Answer.text(401, denial);
        }
        if (request.method().equals("PUT")) {
            return act(request, path);
        }
        return switch (verb(path)) {
            case "console" -> consoles.console(vmi(path));
            case "vnc" -> consoles.vnc(vmi(path), "true".equals(request.parameter("preserveSession")));
            default -> ask(request, path);
        };
    }

    private Answer act(Request request, String[] path) throws IOException, Refused {
        String accepted = request.header("Accept");
        if ("text/plain".equals(accepted) || "application/json".equals(accepted)) {
            return Answer.text(406, NOT_ACCEPTABLE);
        }
        JsonNode body = body(request, path[6]);
        boolean ofVm = path[4].equals("virtualmachines");
        if (ofVm) {
            vm(path, body);
        } else {
            vmi(path, body);
        }
        boolean atOnce = !ofVm || verb(path).equals("evacuate/cancel");
        return Answer.empty(atOnce ? 200 : 202);
    }

    /** What virt-handler is asked for: whatever is wrong is an internal error, in plain text. */
    private Answer ask(Request request, String[] path) {
        try {
            if (verb(path).equals("vnc/screenshot")) {
                return consoles.screenshot(vmi(path));
            }
            if ("text/plain".equals(request.header("Accept"))) {
                return Answer.text(406, NOT_ACCEPTABLE + "application/json");
            }
            return Answer.json(200, vmiVerbs.ask(vmi(path), path[6]));
        } catch (Refused refused) {
            return Answer.text(500, String.valueOf(refused.getMessage()));
        }
    }

    /** Why who asks may not, or null if he may. */
    private @Nullable String denial(Request request, String[] path) {
        String user = request.header("X-Remote-User");
        if (!request.isAuthenticated() || user == null) {
            return "request is not authenticated";
        }
        var review = new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser(user)
                .withGroups(request.headers("X-Remote-Group"))
                .withNewResourceAttributes()
                .withGroup("subresources.kubevirt.io")
                .withVersion("v1")
                .withNamespace(path[3])
                .withResource(path[4])
                .withSubresource(verb(path))
                .withName(path[5])
                .withVerb(request.method().equals("PUT") ? "update" : "get")
                .endResourceAttributes()
                .endSpec()
                .build();
        var answer = api.client()
                .authorization()
                .v1()
                .subjectAccessReview()
                .create(review)
                .getStatus();
        return Boolean.TRUE.equals(answer.getAllowed()) ? null : Objects.requireNonNullElse(answer.getReason(), "");
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
        Vmi vmi = vmi(path);
        if (verb(path).equals("evacuate/cancel")) {
            vmiVerbs.cancelEvacuation(vmi, body);
        } else if (verb(path).endsWith("volume")) {
            throw Refused.badRequest("VMI " + vmi.key() + " is owned by a VM");
        } else {
            vmiVerbs.act(vmi, verb(path), body);
        }
    }

    private Vmi vmi(String[] path) throws Refused {
        ObjectNode vmi = get(Kinds.VMI, path[3], path[5]);
        if (vmi == null) {
            throw Refused.notFound("virtualmachineinstance", path[5]);
        }
        return new Vmi(vmi);
    }

    private static String verb(String[] path) {
        return String.join("/", List.of(path).subList(6, path.length));
    }

    private @Nullable ObjectNode get(Api.Kind kind, String namespace, String name) {
        GenericKubernetesResource object = api.resource(kind, namespace, name).get();
        return object == null ? null : api.tree(object);
    }

    private JsonNode body(Request request, String verb) throws IOException, Refused {
        String body = new String(request.body().readAllBytes(), StandardCharsets.UTF_8);
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
}
