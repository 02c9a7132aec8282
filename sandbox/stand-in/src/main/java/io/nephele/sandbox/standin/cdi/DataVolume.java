package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A DataVolume as it is stored.
 *
 * @param referenced the claim behind the DataSource that it names, or null
 */
record DataVolume(ObjectNode tree, @Nullable ClaimRef referenced) {

    /** A claim in some namespace. */
    record ClaimRef(String namespace, String name) {
        String key() {
            return namespace + "/" + name;
        }

        @Override
        public String toString() {
            return key();
        }
    }

    String name() {
        return metadata().path("name").asText();
    }

    String namespace() {
        return metadata().path("namespace").asText();
    }

    String key() {
        return namespace() + "/" + name();
    }

    String uid() {
        return metadata().path("uid").asText();
    }

    JsonNode metadata() {
        return tree.path("metadata");
    }

    JsonNode spec() {
        return tree.path("spec");
    }

    boolean isBeingDeleted() {
        return metadata().has("deletionTimestamp");
    }

    String annotation(String name) {
        return metadata().path("annotations").path(name).asText();
    }

    /** Whether a populator fills its claim: the choice is written down when it is made. */
    boolean isPopulated() {
        return annotation(Annotations.USE_POPULATOR).equals("true");
    }

    boolean hasFinalizer() {
        for (JsonNode finalizer : metadata().path("finalizers")) {
            if (finalizer.asText().equals(Annotations.DATA_VOLUME_FINALIZER)) {
                return true;
            }
        }
        return false;
    }

    boolean hasSource(String kind) {
        return spec().path("source").has(kind);
    }

    boolean isClone() {
        return hasSource("pvc") || spec().has("sourceRef");
    }

    /** What it is cloned from. */
    ClaimRef cloneSource() {
        if (referenced != null) {
            return referenced;
        }
        JsonNode source = spec().path("source").path("pvc");
        return new ClaimRef(
                source.path("namespace").asText(namespace()),
                source.path("name").asText());
    }

    boolean clonesAcrossNamespaces() {
        return isClone() && !cloneSource().namespace().equals(namespace());
    }

    /** Whether the claim is described loosely, to be completed from the StorageProfile. */
    boolean hasStorage() {
        return spec().has("storage");
    }

    /** What the claim shall be: {@code spec.storage} or {@code spec.pvc}. */
    JsonNode target() {
        return spec().path(hasStorage() ? "storage" : "pvc");
    }

    /** The size that is asked for, or the empty string. */
    String size() {
        return target().path("resources").path("requests").path("storage").asText();
    }

    String phase() {
        return tree.path("status").path("phase").asText();
    }

    String progress() {
        return tree.path("status").path("progress").asText();
    }

    /** How much of an import is done, as far as it was told. */
    double percent() {
        String progress = progress();
        return progress.endsWith("%") ? Double.parseDouble(progress.substring(0, progress.length() - 1)) : 0;
    }

    int restarts() {
        return tree.path("status").path("restartCount").asInt();
    }

    String reason(String condition) {
        for (Iterator<JsonNode> all = tree.path("status").path("conditions").elements(); all.hasNext(); ) {
            JsonNode one = all.next();
            if (one.path("type").asText().equals(condition)) {
                return one.path("reason").asText();
            }
        }
        return "";
    }
}
