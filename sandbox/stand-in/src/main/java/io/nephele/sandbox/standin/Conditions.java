package io.nephele.sandbox.standin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The {@code conditions} of an object under change: an unchanged condition keeps its time. */
public final class Conditions {

    private final Map<String, ObjectNode> byType = new LinkedHashMap<>();
    private final boolean heartbeat;

    /**
     * Starts from what is there.
     *
     * @param heartbeat whether they carry {@code lastHeartbeatTime}, as CDI's do, or {@code lastProbeTime}, as KubeVirt's
     */
    public Conditions(JsonNode present, boolean heartbeat) {
        this.heartbeat = heartbeat;
        present.forEach(condition -> byType.put(condition.path("type").asText(), condition.deepCopy()));
    }

    /** Sets one; an absent reason or message is left out. */
    public Conditions set(String type, String status, @Nullable String reason, @Nullable String message) {
        ObjectNode old = byType.get(type);
        if (old != null
                && same(old, "status", status)
                && same(old, "reason", reason)
                && same(old, "message", message)) {
            return this;
        }
        ObjectNode condition = JsonNodeFactory.instance.objectNode();
        String now = Api.now();
        boolean lasts = old != null && same(old, "status", status);
        condition.put(heartbeat ? "lastHeartbeatTime" : "lastProbeTime", now);
        condition.put(
                "lastTransitionTime",
                lasts && old != null ? old.path("lastTransitionTime").asText(now) : now);
        if (message != null) {
            condition.put("message", message);
        }
        if (reason != null) {
            condition.put("reason", reason);
        }
        condition.put("status", status);
        condition.put("type", type);
        byType.put(type, condition);
        return this;
    }

    public Conditions remove(String type) {
        byType.remove(type);
        return this;
    }

    /** The status of one, or the empty string. */
    public String status(String type) {
        ObjectNode condition = byType.get(type);
        return condition == null ? "" : condition.path("status").asText();
    }

    /** The condition itself, or null. */
    public @Nullable ObjectNode get(String type) {
        return byType.get(type);
    }

    public ArrayNode toArray() {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        byType.values().forEach(array::add);
        return array;
    }

    private static boolean same(ObjectNode condition, String field, @Nullable String value) {
        return condition.path(field).asText("").equals(value == null ? "" : value);
    }
}
