package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Admission;
import io.nephele.sandbox.standin.Admission.Refusal;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.HttpsEndpoint;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A VMI is KubeVirt's own: what others write of its spec is refused, of its status dropped, and its labels and annotations are theirs but for some. b-extra. */
final class VmiGuard {

    /** The API server itself lets the stand-in's own writes, which are most, pass by. */
    private static final String OTHERS = """
            {"name": "others", "expression": "!has(request.options.fieldManager) || request.options.fieldManager != '%s'"}""".formatted(Api.MANAGER);

    private VmiGuard() {}

    static void install(Api api, HttpsEndpoint https) {
        https.handle("/virtualmachineinstances-validate-update", Admission.validating(VmiGuard::validate));
        https.handle("/status-mutate", Admission.mutatingRequest(VmiGuard::keepStatus, _ -> null));
        Admission.register(
                api,
                https,
                "Validating",
                "virtualmachineinstances-update-validator.kubevirt.io",
                "/virtualmachineinstances-validate-update",
                Kinds.VMI,
                "\"UPDATE\"",
                OTHERS);
        Admission.register(
                api,
                https,
                "Mutating",
                "virtualmachineinstances-mutator.kubevirt.io",
                "/status-mutate",
                Kinds.VMI,
                "\"UPDATE\"",
                OTHERS);
    }

    private static ObjectNode keepStatus(JsonNode request) {
        ObjectNode object = request.path("object").deepCopy();
        object.set("status", request.path("oldObject").path("status"));
        return object;
    }

    private static @Nullable Refusal validate(JsonNode request) {
        JsonNode now = request.path("object");
        JsonNode before = request.path("oldObject");
        if (!now.path("spec").equals(before.path("spec"))) {
            return refusal("update of VMI object is restricted");
        }
        Set<String> labels = new HashSet<>();
        JsonNode newLabels = now.path("metadata").path("labels");
        JsonNode oldLabels = before.path("metadata").path("labels");
        newLabels.fieldNames().forEachRemaining(labels::add);
        oldLabels.fieldNames().forEachRemaining(labels::add);
        for (String label : labels) {
            if (label.startsWith("kubevirt.io/") && !newLabels.path(label).equals(oldLabels.path(label))) {
                return refusal(
                        "modification of the following reserved kubevirt.io/ labels on a VMI object is prohibited");
            }
        }
        return null;
    }

    private static @Nullable Refusal refusal(String text) {
        return Refusal.invalid(List.of(Refusal.invalid(text, null)));
    }
}
