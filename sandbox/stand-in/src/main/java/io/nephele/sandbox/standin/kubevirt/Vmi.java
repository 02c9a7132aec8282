package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Conditions;
import java.util.Set;

/** A VirtualMachineInstance as the controllers read it. */
record Vmi(ObjectNode tree) {

    private static final Set<String> FINAL = Set.of("Succeeded", "Failed");

    JsonNode metadata() {
        return tree.path("metadata");
    }

    JsonNode spec() {
        return tree.path("spec");
    }

    JsonNode status() {
        return tree.path("status");
    }

    String uid() {
        return metadata().path("uid").asText();
    }

    String namespace() {
        return metadata().path("namespace").asText();
    }

    String name() {
        return metadata().path("name").asText();
    }

    String key() {
        return namespace() + "/" + name();
    }

    String phase() {
        return status().path("phase").asText();
    }

    boolean isFinal() {
        return FINAL.contains(phase());
    }

    boolean isDeleting() {
        return metadata().has("deletionTimestamp");
    }

    boolean hasFinalizer(String name) {
        for (JsonNode finalizer : metadata().path("finalizers")) {
            if (finalizer.asText().equals(name)) {
                return true;
            }
        }
        return false;
    }

    String annotation(String name) {
        return metadata().path("annotations").path(name).asText();
    }

    Conditions conditions() {
        return new Conditions(status().path("conditions"), false);
    }

    boolean is(String condition) {
        return conditions().status(condition).equals("True");
    }
}
