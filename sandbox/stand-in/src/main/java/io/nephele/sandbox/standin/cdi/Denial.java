package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * Why cdi-apiserver turns a DataVolume down.
 *
 * @param reason of the cause, or null if no cause is given
 */
record Denial(
        int code,
        String message,
        @Nullable String reason,
        @Nullable String field) {

    /** What the validator finds; its texts begin with a blank. */
    static Denial invalid(String message, String field) {
        return new Denial(422, message, "FieldValueInvalid", field);
    }

    static Denial duplicate(String message, String field) {
        return new Denial(422, message, "FieldValueDuplicate", field);
    }

    static Denial badRequest(String message) {
        return new Denial(400, message, null, null);
    }

    ObjectNode response() {
        ObjectNode response = JsonNodeFactory.instance.objectNode();
        response.put("allowed", false);
        ObjectNode status = response.putObject("status");
        status.put("code", code).put("status", "Failure").put("message", reason == null ? message : " " + message);
        if (reason != null) {
            status.putObject("details")
                    .putArray("causes")
                    .addObject()
                    .put("reason", reason)
                    .put("message", message)
                    .put("field", field);
        }
        return response;
    }
}
