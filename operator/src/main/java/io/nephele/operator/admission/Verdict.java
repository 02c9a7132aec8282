package io.nephele.operator.admission;

import java.net.HttpURLConnection;

/** Whether a write may go on. */
public sealed interface Verdict {

    Allowed ALLOWED = new Allowed();

    /** It may. */
    record Allowed() implements Verdict {}

    /**
     * It may not.
     *
     * @param code HTTP status
     * @param reason as Kubernetes has them, such as {@code Forbidden}; a machine reads it
     * @param message which field, why, and what to do
     */
    record Denied(int code, String reason, String message) implements Verdict {}

    /**
     * It may not: a limit stands against it. 403, with the resource as a cause that machines can read.
     *
     * @param resource of the quota
     */
    record Exceeded(String resource, String message) implements Verdict {

        /** The reason of the cause in the refusal's details; its field is the resource. */
        public static final String REASON = "QuotaExceeded";
    }

    /** 403: not his to do, or not possible as things stand. */
    static Denied forbidden(String message) {
        return new Denied(HttpURLConnection.HTTP_FORBIDDEN, "Forbidden", message);
    }

    /** 422: a value that cannot be. */
    static Denied invalid(String message) {
        return new Denied(422, "Invalid", message);
    }

    /** 409: right in itself, and in conflict with what is there. */
    static Denied conflict(String message) {
        return new Denied(HttpURLConnection.HTTP_CONFLICT, "Conflict", message);
    }
}
