package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Conditions;
import org.jspecify.annotations.Nullable;

/** A change of a VMI on its way: sent as one merge patch, and only if something is different. */
final class VmiChange {

    private final Api api;
    private final Vmi vmi;
    private final ObjectNode status;
    private final Conditions conditions;
    private final ObjectNode patch;

    VmiChange(Api api, Vmi vmi) {
        this.api = api;
        this.vmi = vmi;
        status = vmi.status() instanceof ObjectNode present ? present.deepCopy() : api.object();
        conditions = vmi.conditions();
        patch = api.object();
    }

    /** The new status, to be changed. */
    ObjectNode status() {
        return status;
    }

    /** What is patched of the spec. */
    ObjectNode spec() {
        return patch.withObjectProperty("spec");
    }

    /** Makes a part of the spec another one. */
    void spec(JsonNode present, String name, ObjectNode wanted) {
        ObjectNode difference = api.difference(present, wanted);
        if (difference != null) {
            spec().set(name, difference);
        }
    }

    VmiChange condition(String type, String value, @Nullable String reason, @Nullable String message) {
        conditions.set(type, value, reason, message);
        return this;
    }

    VmiChange without(String type) {
        conditions.remove(type);
        return this;
    }

    VmiChange label(String name, @Nullable String value) {
        patch.withObjectProperty("metadata").withObjectProperty("labels").put(name, value);
        return this;
    }

    VmiChange annotation(String name, @Nullable String value) {
        patch.withObjectProperty("metadata").withObjectProperty("annotations").put(name, value);
        return this;
    }

    VmiChange withoutFinalizers(String... names) {
        ArrayNode rest = api.object().arrayNode();
        vmi.metadata().path("finalizers").forEach(finalizer -> {
            if (!java.util.List.of(names).contains(finalizer.asText())) {
                rest.add(finalizer);
            }
        });
        if (rest.size() != vmi.metadata().path("finalizers").size()) {
            patch.withObjectProperty("metadata").set("finalizers", rest);
        }
        return this;
    }

    VmiChange phase(String phase) {
        if (!phase.equals(status.path("phase").asText())) {
            status.put("phase", phase);
            status.withArray("phaseTransitionTimestamps")
                    .addObject()
                    .put("phase", phase)
                    .put("phaseTransitionTimestamp", Api.now());
        }
        return this;
    }

    /** Why the VMI cannot be migrated, or the empty string. */
    String refusal() {
        ObjectNode condition = conditions.get("LiveMigratable");
        return condition == null ? "" : condition.path("message").asText();
    }

    /** Says whether there was something to send. */
    boolean send() {
        status.set("conditions", conditions.toArray());
        ObjectNode difference = api.difference(vmi.status(), status);
        if (difference != null) {
            patch.set("status", difference);
        }
        if (patch.isEmpty()) {
            return false;
        }
        api.patch(Kinds.VMI, vmi.namespace(), vmi.name(), patch);
        return true;
    }
}
