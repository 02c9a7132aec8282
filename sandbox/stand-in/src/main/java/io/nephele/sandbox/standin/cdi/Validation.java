package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What datavolume-validate refuses, in its words. */
final class Validation {

    private static final Map<String, Integer> HASH_LENGTHS = Map.of("md5", 32, "sha1", 40, "sha256", 64, "sha512", 128);
    private static final Set<String> ACCESS_MODES =
            Set.of("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");
    private static final BigDecimal SMALLEST = BigDecimal.valueOf(1 << 20);

    private final Cdi cdi;
    private final JsonNode request;
    private final JsonNode metadata;
    private final JsonNode spec;
    private final JsonNode source;

    Validation(Cdi cdi, JsonNode request) {
        this.cdi = cdi;
        this.request = request;
        this.metadata = request.path("object").path("metadata");
        this.spec = request.path("object").path("spec");
        this.source = spec.path("source");
    }

    /** Why the request is refused, or null. */
    @Nullable Denial denial() {
        if (request.path("operation").asText().equals("UPDATE")) {
            return sameSpec() ? null : Denial.duplicate("Cannot update DataVolume Spec", "DataVolume.Spec");
        }
        Denial denial = claim();
        if (denial == null) {
            denial = origin();
        }
        if (denial == null) {
            denial = size();
        }
        return denial == null ? name() : denial;
    }

    private boolean sameSpec() {
        JsonNode old = request.path("oldObject").path("spec");
        if (spec.equals(old)) {
            return true;
        }
        // A size that is written differently is the same.
        var now = (com.fasterxml.jackson.databind.node.ObjectNode) spec.deepCopy();
        for (String target : new String[] {"storage", "pvc"}) {
            String pointer = "/" + target + "/resources/requests";
            if (now.at(pointer) instanceof com.fasterxml.jackson.databind.node.ObjectNode requests
                    && requests.has("storage")
                    && old.at(pointer).has("storage")
                    && amount(requests).compareTo(amount(old.at(pointer))) == 0) {
                requests.set("storage", old.at(pointer).get("storage"));
            }
        }
        return now.equals(old);
    }

    private static BigDecimal amount(JsonNode requests) {
        return Quantity.getAmountInBytes(Quantity.parse(requests.path("storage").asText()));
    }

    /** What is said of the claim. */
    private @Nullable Denial claim() {
        if (spec.has("pvc") && spec.has("storage")) {
            return Denial.invalid(
                    "Duplicate storage definition, both target storage and target pvc defined", "spec.PVC.Storage");
        }
        if (!spec.has("pvc") && !spec.has("storage")) {
            return Denial.invalid("Missing Data volume PVC", "spec.PVC");
        }
        JsonNode modes = spec.path("pvc").path("accessModes");
        if (!spec.has("pvc")) {
            return null;
        }
        String field = "spec.PVC.accessModes";
        if (modes.isEmpty()) {
            return Denial.invalid("Required value: at least 1 access mode is required", field);
        }
        if (modes.size() > 1) {
            return Denial.invalid("PVC multiple accessModes", field);
        }
        String mode = modes.get(0).asText();
        return ACCESS_MODES.contains(mode)
                ? null
                : Denial.invalid(
                        "Unsupported value: \"%s\": supported values: \"%s\""
                                .formatted(mode, String.join("\", \"", new TreeSet<>(ACCESS_MODES))),
                        field);
    }

    /** Where the data comes from. */
    private @Nullable Denial origin() {
        JsonNode target = spec.path(spec.has("storage") ? "storage" : "pvc");
        boolean external = target.has("dataSource") || target.has("dataSourceRef");
        boolean known = spec.has("source") || spec.has("sourceRef");
        if (external) {
            return known
                    ? Denial.invalid("External population is incompatible with Source and SourceRef", "spec.source")
                    : null;
        }
        if (spec.has("source") == spec.has("sourceRef")) {
            return Denial.invalid(
                    "Data volume should have either Source or SourceRef, or be externally populated", "spec.source");
        }
        if (spec.has("sourceRef")) {
            String kind = spec.path("sourceRef").path("kind").asText();
            return kind.equals("DataSource")
                    ? null
                    : Denial.invalid(
                            "Unsupported sourceRef kind " + kind + ", currently only DataSource is supported",
                            "spec.sourceRef.Kind");
        }
        if (source.isEmpty()) {
            return Denial.invalid("Missing Data volume source", "spec.source");
        }
        if (source.size() > 1) {
            return Denial.invalid("Multiple Data volume sources", "spec.source");
        }
        return switch (source.fieldNames().next()) {
            case "http" -> http();
            case "s3" -> url(source.path("s3").path("url").asText(), "spec.source.S3.url");
            case "gcs" -> url(source.path("gcs").path("url").asText(), "spec.source.GCS.url");
            case "registry" -> registry();
            case "pvc" -> {
                JsonNode claim = source.path("pvc");
                yield claim.path("name").asText().isEmpty()
                                || claim.path("namespace").asText().isEmpty()
                        ? Denial.invalid("spec.source.PVC source PVC is not valid", "spec.source.PVC")
                        : null;
            }
            case "vddk" ->
                source.path("vddk").path("url").asText().isEmpty()
                        ? Denial.invalid("spec.source.VDDK source VDDK is not valid", "spec.source.VDDK")
                        : null;
            case "blank" ->
                spec.path("contentType").asText().equals("archive")
                        ? Denial.invalid(
                                "SourceType cannot be blank and the contentType be archive", "spec.contentType")
                        : null;
            default -> null;
        };
    }

    private @Nullable Denial http() {
        Denial denial = url(source.path("http").path("url").asText(), "spec.source.HTTP.url");
        String checksum = source.path("http").path("checksum").asText();
        if (denial != null || checksum.isEmpty()) {
            return denial;
        }
        String problem = checksumProblem(checksum);
        return problem == null
                ? null
                : Denial.invalid("Invalid checksum format: " + problem, "spec.source.HTTP.checksum");
    }

    private static @Nullable String checksumProblem(String checksum) {
        int colon = checksum.indexOf(':');
        if (colon < 0) {
            return "invalid checksum format: expected 'algorithm:hash', got '" + checksum + "'";
        }
        String algorithm = checksum.substring(0, colon);
        Integer length = HASH_LENGTHS.get(algorithm);
        if (length == null) {
            return "unsupported hash algorithm '%s': supported algorithms are: md5, sha1, sha256, sha512"
                    .formatted(algorithm);
        }
        int got = checksum.length() - colon - 1;
        return got == length
                ? null
                : "invalid %s hash length: expected %d hex characters, got %d".formatted(algorithm, length, got);
    }

    private static @Nullable Denial url(String url, String field) {
        if (url.isEmpty()) {
            return Denial.invalid("spec.source source URL is empty", field);
        }
        if (!url.contains("://")) {
            return Denial.invalid("spec.source Invalid source URL: " + url, field);
        }
        return url.startsWith("http://") || url.startsWith("https://")
                ? null
                : Denial.invalid("spec.source Invalid source URL scheme: " + url, field);
    }

    private @Nullable Denial registry() {
        JsonNode registry = source.path("registry");
        String url = registry.path("url").asText();
        if (url.isEmpty() == !registry.has("imageStream")) {
            return Denial.invalid("Source registry should have either URL or ImageStream", "spec.source.Registry");
        }
        return url.isEmpty() || url.startsWith("docker://") || url.startsWith("oci-archive://")
                ? null
                : Denial.invalid("Illegal registry source URL scheme " + url, "spec.source.Registry.URL");
    }

    private @Nullable Denial size() {
        boolean storage = spec.has("storage");
        String size = spec.path(storage ? "storage" : "pvc")
                .path("resources")
                .path("requests")
                .path("storage")
                .asText();
        String field = storage ? "spec.Storage.resources.requests.size" : "spec.PVC.resources.requests.size";
        String what = storage ? "Storage" : "PVC";
        if (size.isEmpty()) {
            boolean found = storage && (source.has("pvc") || source.has("snapshot") || spec.has("sourceRef"));
            return found ? null : Denial.invalid(what + " size is missing", field);
        }
        BigDecimal bytes = Quantity.getAmountInBytes(Quantity.parse(size));
        if (bytes.signum() <= 0) {
            return Denial.invalid(what + " size can't be equal or less than zero", field);
        }
        return storage && bytes.compareTo(SMALLEST) < 0
                ? Denial.invalid("Storage size should be at least 1MiB", field)
                : null;
    }

    /** The claim will have the name of the DataVolume. */
    private @Nullable Denial name() {
        String namespace = request.path("namespace").asText();
        String name = metadata.path("name").asText();
        PersistentVolumeClaim taken = cdi.claim(namespace + "/" + name);
        boolean adopts =
                metadata.path("annotations").path(Annotations.ADOPTION).asText().equals("true");
        return taken != null
                        && taken.getMetadata().getOwnerReferences().isEmpty()
                        && taken.getMetadata().getDeletionTimestamp() == null
                        && !adopts
                ? Denial.duplicate("Destination PVC %s/%s already exists".formatted(namespace, name), "DataVolume.Name")
                : null;
    }
}
