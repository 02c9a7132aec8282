package io.nephele.operator.quota;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.operator.admission.Asked;
import java.util.Objects;

/**
 * What a write is about.
 *
 * @param object as it would be, or as it was where it is deleted
 * @param goes whether it is there no more after the write
 */
record Subject(ObjectNode object, boolean goes) {

    static Subject of(Asked asked) {
        ObjectNode object = Objects.requireNonNull(asked.object() == null ? asked.old() : asked.object());
        var metadata = object.path("metadata");
        boolean held = !metadata.path("finalizers").isEmpty();
        boolean goes = !held
                && switch (asked.operation()) {
                    case DELETE -> true;
                    // The last finalizer of an object that is being deleted: the API server removes it with this write.
                    case UPDATE -> metadata.has("deletionTimestamp");
                    case CREATE -> false;
                };
        return new Subject(object, goes);
    }

    String uid() {
        return object.path("metadata").path("uid").asText();
    }

    long generation() {
        return object.path("metadata").path("generation").asLong();
    }
}
