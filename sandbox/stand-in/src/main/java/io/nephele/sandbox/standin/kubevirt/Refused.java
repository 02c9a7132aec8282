package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** How a call of a subresource ends that is not carried out. */
final class Refused extends Exception {

    private static final long serialVersionUID = 1;

    private final int code;
    private final transient ObjectNode status;

    private Refused(int code, String reason, String message) {
        super(message);
        this.code = code;
        status = JsonNodeFactory.instance
                .objectNode()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", "Failure")
                .put("message", message)
                .put("reason", reason)
                .put("code", code);
    }

    static Refused notServed() {
        return new Refused(404, "NotFound", "the server could not find the requested resource");
    }

    static Refused notFound(String kind, String name) {
        return new Refused(404, "NotFound", "%s.kubevirt.io \"%s\" not found".formatted(kind, name)).about(kind, name);
    }

    static Refused badRequest(String message) {
        return new Refused(400, "BadRequest", message);
    }

    /** The object is not in a state for it. */
    static Refused conflict(String kind, String name, String text) {
        return new Refused(
                        409,
                        "Conflict",
                        "Operation cannot be fulfilled on %s.kubevirt.io \"%s\": %s".formatted(kind, name, text))
                .about(kind, name);
    }

    static Refused internal(String text) {
        var refused = new Refused(500, "InternalError", "Internal error occurred: " + text);
        refused.status
                .withObjectProperty("details")
                .putArray("causes")
                .addObject()
                .put("message", text);
        return refused;
    }

    private Refused about(String kind, String name) {
        status.putObject("details")
                .put("name", name)
                .put("group", "kubevirt.io")
                .put("kind", kind);
        return this;
    }

    int code() {
        return code;
    }

    /** The body of the answer. */
    String json() {
        return status.toString();
    }
}
