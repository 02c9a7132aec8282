package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.nephele.sandbox.standin.Admission;
import io.nephele.sandbox.standin.Admission.Refusal;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.HttpsEndpoint;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What cdi-apiserver refuses, in its words (recordings c10). */
final class Webhooks {

    private static final Map<String, Integer> HASH_LENGTHS = Map.of("md5", 32, "sha1", 40, "sha256", 64, "sha512", 128);

    private final Cdi cdi;

    private Webhooks(Cdi cdi) {
        this.cdi = cdi;
    }

    static void install(Api api, HttpsEndpoint https, Cdi cdi) {
        var webhooks = new Webhooks(cdi);
        https.handle("/datavolume-validate", Admission.validating(webhooks::validate));
        Admission.register(
                api,
                https,
                "Validating",
                "datavolume-validate.cdi.kubevirt.io",
                "/datavolume-validate",
                Cdi.DATA_VOLUME,
                "\"CREATE\", \"UPDATE\"");
    }

    private @Nullable Refusal validate(JsonNode request) {
        JsonNode dataVolume = request.path("object");
        JsonNode spec = dataVolume.path("spec");
        if (request.path("operation").asText().equals("UPDATE")) {
            return spec.equals(request.path("oldObject").path("spec"))
                    ? null
                    : refuse("Cannot update DataVolume Spec", "DataVolume.spec");
        }
        if (!spec.has("source") && !spec.has("sourceRef")) {
            return refuse(
                    "Data volume should have either Source or SourceRef, or be externally populated", "spec.source");
        }
        if (spec.path("source").size() > 1) {
            return refuse("Multiple Data volume sources", "spec.source");
        }
        if (spec.has("source") && spec.path("source").isEmpty()) {
            return refuse("Missing Data volume source", "spec.source");
        }
        Refusal refusal =
                spec.path("source").has("http") ? http(spec.path("source").path("http")) : null;
        if (refusal == null && spec.path("source").has("registry")) {
            refusal = registry(spec.path("source").path("registry"));
        }
        return refusal != null ? refusal : target(request, spec);
    }

    private @Nullable Refusal target(JsonNode request, JsonNode spec) {
        if (spec.has("pvc") && spec.has("storage")) {
            return refuse("Duplicate storage definition, both target storage and target pvc defined", "spec.pvc");
        }
        if (!spec.has("pvc") && !spec.has("storage")) {
            return refuse("Missing Data volume PVC", "spec.pvc");
        }
        boolean storage = spec.has("storage");
        String size = spec.path(storage ? "storage" : "pvc")
                .path("resources")
                .path("requests")
                .path("storage")
                .asText("");
        boolean clone = spec.path("source").has("pvc");
        if (size.isEmpty() && !(storage && clone)) {
            return refuse(
                    storage ? "Storage size is missing" : "PVC size is missing",
                    "spec." + (storage ? "storage" : "pvc"));
        }
        if (!size.isEmpty() && Quantity.getAmountInBytes(Quantity.parse(size)).longValue() < 1 << 20) {
            return refuse("Storage size should be at least 1MiB", "spec.storage.resources.requests.storage");
        }
        String name = request.path("object").path("metadata").path("name").asText();
        String namespace = request.path("namespace").asText();
        PersistentVolumeClaim taken = cdi.claim(namespace + "/" + name);
        boolean adopts = request.path("object")
                .path("metadata")
                .path("annotations")
                .path("cdi.kubevirt.io/allowClaimAdoption")
                .asText()
                .equals("true");
        if (taken != null
                && taken.getMetadata().getOwnerReferences().isEmpty()
                && taken.getMetadata().getDeletionTimestamp() == null
                && !adopts) {
            return refuse("Destination PVC %s/%s already exists".formatted(namespace, name), "metadata.name");
        }
        return null;
    }

    private static @Nullable Refusal http(JsonNode source) {
        String url = source.path("url").asText("");
        if (url.isEmpty()) {
            return refuse("spec.source source URL is empty", "spec.source.http.url");
        }
        if (!url.contains("://")) {
            return refuse("spec.source Invalid source URL: " + url, "spec.source.http.url");
        }
        if (!url.startsWith("http://") && !url.startsWith("https://")) {
            return refuse("spec.source Invalid source URL scheme: " + url, "spec.source.http.url");
        }
        String checksum = source.path("checksum").asText("");
        if (checksum.isEmpty()) {
            return null;
        }
        int colon = checksum.indexOf(':');
        if (colon < 0) {
            return refuse(
                    "Invalid checksum format: invalid checksum format: expected 'algorithm:hash', got '" + checksum
                            + "'",
                    "spec.source.http.checksum");
        }
        String algorithm = checksum.substring(0, colon);
        Integer length = HASH_LENGTHS.get(algorithm);
        if (length == null) {
            return refuse(
                    "Invalid checksum format: unsupported hash algorithm '%s': supported algorithms are: md5, sha1, sha256, sha512"
                            .formatted(algorithm),
                    "spec.source.http.checksum");
        }
        int got = checksum.length() - colon - 1;
        return got == length
                ? null
                : refuse(
                        "Invalid checksum format: invalid %s hash length: expected %d hex characters, got %d"
                                .formatted(algorithm, length, got),
                        "spec.source.http.checksum");
    }

    private static @Nullable Refusal registry(JsonNode source) {
        String url = source.path("url").asText("");
        if (url.isEmpty() && !source.has("imageStream")) {
            return refuse("Source registry should have either URL or ImageStream", "spec.source.registry");
        }
        return url.startsWith("docker://") || url.startsWith("oci-archive://")
                ? null
                : refuse("Illegal registry source URL scheme " + url, "spec.source.registry.url");
    }

    private static Refusal refuse(String message, String field) {
        // The real one's text begins with a blank.
        return Refusal.invalid(" " + message, field);
    }
}
