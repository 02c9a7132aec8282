package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Conditions;
import io.nephele.sandbox.standin.Steps;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * DataVolumes on the populator path, the one that CSI storage takes: phases, progress, conditions and their texts are those of the recordings c01 to c07, c12 and c21.
 * The importer and clone pods are not shown.
 */
final class DataVolumeController {

    private static final String FAULT = "sandbox.nephele.io/fault";

    /** What a claim for a file system gets on top, for the file system itself. */
    private static final BigDecimal FILESYSTEM_OVERHEAD = new BigDecimal("1.06");

    private final Api api;
    private final Cdi cdi;
    private final Provisioner provisioner;
    private final Source source;
    private final Timings timings;
    private final Steps steps;

    /** Claims that got their data a moment ago, by uid: the cache may not know yet. */
    private final Set<String> filled = ConcurrentHashMap.newKeySet();

    DataVolumeController(Api api, Cdi cdi, Provisioner provisioner, Source source, Timings timings, Steps steps) {
        this.api = api;
        this.cdi = cdi;
        this.provisioner = provisioner;
        this.source = source;
        this.timings = timings;
        this.steps = steps;
    }

    void reconcile(String key, ObjectNode dataVolume, @Nullable PersistentVolumeClaim claim) {
        if (dataVolume.path("metadata").has("deletionTimestamp")) {
            steps.forget(uid(dataVolume));
            return;
        }
        if (claim == null) {
            String problem = claimProblem(dataVolume);
            if (problem != null) {
                new Change(dataVolume)
                        .bound("False", "ErrClaimNotValid", problem)
                        .ready("False", "ErrClaimNotValid", problem)
                        .running("False", null, "")
                        .send();
            } else {
                new Change(dataVolume)
                        .bound("False", "NotFound", "No PVC found")
                        .ready("False", null, "")
                        .running("False", null, "")
                        .send();
                createClaim(dataVolume);
            }
            return;
        }
        if (claim.getMetadata().getDeletionTimestamp() != null || !owns(dataVolume, claim)) {
            return; // an older claim of the name is on its way out; its end brings us here again
        }
        switch (phase(dataVolume)) {
            case "Succeeded" -> succeeded(dataVolume, claim);
            case "Failed" -> {}
            default -> populate(key, dataVolume, claim);
        }
    }

    private void populate(String key, ObjectNode dataVolume, PersistentVolumeClaim claim) {
        Classes.Profile profile = profile(claim.getSpec().getStorageClassName());
        String name = claim.getMetadata().getName();
        if (profile != null && profile.waitsForFirstConsumer() && !Provisioner.hasConsumer(claim)) {
            new Change(dataVolume)
                    .phase("PendingPopulation")
                    .progress("N/A")
                    .bound("False", "Pending", "PVC " + name + " Pending")
                    .ready("False", null, "")
                    .running("False", null, "")
                    .send();
            return;
        }
        JsonNode from = dataVolume.path("spec").path("source");
        if (from.has("pvc")) {
            copy(key, dataVolume, claim, from.path("pvc"));
        } else {
            transfer(key, dataVolume, claim, from);
        }
    }

    private void copy(String key, ObjectNode dataVolume, PersistentVolumeClaim claim, JsonNode from) {
        String namespace = from.path("namespace")
                .asText(dataVolume.path("metadata").path("namespace").asText());
        String name = from.path("name").asText();
        PersistentVolumeClaim original = cdi.claim(namespace + "/" + name);
        String target = claim.getMetadata().getName();
        String pending = "PVC " + target + " Pending";
        switch (phase(dataVolume)) {
            case "", "Pending", "PendingPopulation" -> {
                if (original == null) {
                    String text = "The source pvc " + name + " doesn't exist";
                    new Change(dataVolume)
                            .bound("False", "CloneWithoutSource", text)
                            .ready("False", "CloneWithoutSource", text)
                            .running("False", null, "")
                            .send();
                } else if (smaller(claim, original)) {
                    new Change(dataVolume)
                            .phase("CloneScheduled")
                            .bound("False", "Pending", pending)
                            .ready("False", null, "")
                            .running(
                                    "False",
                                    "Error",
                                    "target resources requests storage size is smaller than the source")
                            .send();
                } else {
                    new Change(dataVolume)
                            .phase("CloneScheduled")
                            .progress("N/A")
                            .bound("False", "Pending", pending)
                            .ready("False", null, "")
                            .running("False", null, "")
                            .send();
                }
            }
            case "CloneScheduled" -> {
                if (original != null
                        && !smaller(claim, original)
                        && steps.due(uid(dataVolume), key, "CloneInProgress", timings.scheduling())) {
                    new Change(dataVolume)
                            .phase("CloneInProgress")
                            .bound("False", "Pending", pending)
                            .ready("False", "TransferRunning", "")
                            .running("True", "Populator is running", "")
                            .send();
                }
            }
            default -> {
                // A source that vanishes now leaves the clone hanging, as the real one does (c21); one that is still
                // being filled is waited for.
                ObjectNode filling = cdi.dataVolume(namespace + "/" + name);
                boolean ready =
                        original != null && (filling == null || phase(filling).equals("Succeeded"));
                if (ready && steps.due(uid(dataVolume), key, "Cloned", timings.copy())) {
                    finish(dataVolume, claim, "Clone Complete");
                }
            }
        }
    }

    private void transfer(String key, ObjectNode dataVolume, PersistentVolumeClaim claim, JsonNode from) {
        String pending = "PVC " + claim.getMetadata().getName() + " Pending";
        String uid = uid(dataVolume);
        switch (phase(dataVolume)) {
            case "", "Pending", "PendingPopulation" ->
                new Change(dataVolume)
                        .phase("ImportScheduled")
                        .progress("N/A")
                        .bound("False", "Pending", pending)
                        .ready("False", null, "")
                        .running("False", "ContainerCreating", "")
                        .send();
            case "ImportScheduled" -> {
                if (steps.due(uid, key, "ImportInProgress", timings.scheduling())) {
                    new Change(dataVolume)
                            .phase("ImportInProgress")
                            .bound("False", "Pending", pending)
                            .ready("False", "TransferRunning", "")
                            .running("True", "Pod is running", "")
                            .send();
                }
            }
            default -> importing(key, dataVolume, claim, from, pending);
        }
    }

    private void importing(
            String key, ObjectNode dataVolume, PersistentVolumeClaim claim, JsonNode from, String pending) {
        String uid = uid(dataVolume);
        String fault =
                dataVolume.path("metadata").path("annotations").path(FAULT).asText();
        if (fault.equals("hang")) {
            return;
        }
        ObjectNode running = new Conditions(dataVolume.path("status").path("conditions"), true).get("Running");
        boolean failing = running != null && running.path("reason").asText().equals("Error");
        double done = percent(dataVolume);
        if (failing
                && !steps.due(
                        uid,
                        key,
                        "Retry "
                                + dataVolume.path("status").path("restartCount").asInt(),
                        timings.retry())) {
            return;
        }
        if (done == 0) {
            Source.Failure failure = source.fetch(from, fault);
            if (failure != null) {
                var change = new Change(dataVolume)
                        .bound(
                                "False",
                                "Pending",
                                "target PVC " + claim.getMetadata().getName() + " Pending and [prime-"
                                        + claim.getMetadata().getUid() + "] : " + failure.message())
                        .ready("False", null, "")
                        .running("False", failure.reason(), failure.message());
                if (failure.permanent()) {
                    change.phase("Failed");
                    event(
                            dataVolume,
                            "Warning",
                            "ImportFailed",
                            "Failed to import into PVC " + claim.getMetadata().getName());
                } else {
                    change.restart();
                }
                change.send();
                steps.due(
                        uid,
                        key,
                        "Retry "
                                + (dataVolume
                                                .path("status")
                                                .path("restartCount")
                                                .asInt()
                                        + 1),
                        timings.retry());
                return;
            }
        }
        if (from.has("blank")) {
            finish(dataVolume, claim, "Import Complete");
            return;
        }
        Duration step = timings.progress();
        double increment = 100.0
                * step.toMillis()
                / Math.max(step.toMillis(), timings.transfer().toMillis());
        if (steps.due(uid, key, "Progress " + done, step)) {
            double next = done + increment;
            if (next >= 100) {
                finish(dataVolume, claim, "Import Complete");
            } else {
                new Change(dataVolume)
                        .progress(String.format(Locale.ROOT, "%.2f%%", next))
                        .bound("False", "Pending", pending)
                        .ready("False", "TransferRunning", "")
                        .running("True", "Pod is running", "")
                        .send();
            }
        }
    }

    /** Succeeded shows a moment before the claim is bound, as it does at CDI. */
    private void finish(ObjectNode dataVolume, PersistentVolumeClaim claim, String message) {
        filled.add(claim.getMetadata().getUid());
        new Change(dataVolume)
                .phase("Succeeded")
                .progress("100.0%")
                .running("False", "Completed", message)
                .send();
        provisioner.bind(claim);
        event(
                dataVolume,
                "Normal",
                message.startsWith("Clone") ? "CloneSucceeded" : "ImportSucceeded",
                "Successfully imported into PVC " + claim.getMetadata().getName());
        steps.forget(uid(dataVolume));
    }

    private void succeeded(ObjectNode dataVolume, PersistentVolumeClaim claim) {
        if (Provisioner.isBound(claim)) {
            provisioner.grow(claim);
            new Change(dataVolume)
                    .bound("True", "Bound", "PVC " + claim.getMetadata().getName() + " Bound")
                    .ready("True", null, "")
                    .send();
        } else if (claim.getSpec().getVolumeName() == null
                && !filled.contains(claim.getMetadata().getUid())) {
            // The claim was deleted and made again: CDI fills it again.
            new Change(dataVolume)
                    .phase("ImportScheduled")
                    .progress("N/A")
                    .ready("False", null, "")
                    .send();
        } else {
            provisioner.bind(claim);
        }
    }

    private @Nullable String claimProblem(ObjectNode dataVolume) {
        JsonNode target = target(dataVolume);
        String storageClass = storageClass(target);
        boolean knows = target.path("accessModes").size() > 0;
        return !knows && Classes.profile(storageClass) == null
                ? "PVC spec is missing accessMode and no storageClass to choose profile"
                : null;
    }

    private static JsonNode target(ObjectNode dataVolume) {
        JsonNode spec = dataVolume.path("spec");
        return spec.has("storage") ? spec.path("storage") : spec.path("pvc");
    }

    private static String storageClass(JsonNode target) {
        return target.path("storageClassName").asText(Classes.REPLICATED);
    }

    private static Classes.@Nullable Profile profile(@Nullable String storageClass) {
        return storageClass == null ? null : Classes.profile(storageClass);
    }

    private void createClaim(ObjectNode dataVolume) {
        JsonNode target = target(dataVolume);
        String storageClass = storageClass(target);
        Classes.Profile profile = Classes.profile(storageClass);
        ObjectNode claim = api.object();
        claim.put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
        JsonNode own = dataVolume.path("metadata");
        ObjectNode metadata = claim.putObject("metadata");
        metadata.put("name", own.path("name").asText())
                .put("namespace", own.path("namespace").asText());
        ObjectNode labels = metadata.putObject("labels");
        if (own.path("labels") instanceof ObjectNode given) {
            labels.setAll(given);
        }
        labels.put("app", "containerized-data-importer")
                .put("app.kubernetes.io/managed-by", "cdi-controller")
                .put("app.kubernetes.io/component", "storage");
        ObjectNode annotations = metadata.putObject("annotations");
        if (own.path("annotations") instanceof ObjectNode given) {
            annotations.setAll(given);
            annotations.remove(FAULT);
        }
        annotations
                .put("cdi.kubevirt.io/createdForDataVolume", uid(dataVolume))
                .put("cdi.kubevirt.io/storage.usePopulator", "true");
        metadata.putArray("ownerReferences")
                .addObject()
                .put("apiVersion", "cdi.kubevirt.io/v1beta1")
                .put("kind", "DataVolume")
                .put("name", own.path("name").asText())
                .put("uid", uid(dataVolume))
                .put("controller", true)
                .put("blockOwnerDeletion", true);
        ObjectNode spec = claim.putObject("spec");
        spec.put("storageClassName", storageClass);
        String mode = target.path("volumeMode").asText(profile == null ? "Filesystem" : profile.volumeMode());
        spec.put("volumeMode", mode);
        var modes = spec.putArray("accessModes");
        if (target.path("accessModes").size() > 0) {
            target.path("accessModes").forEach(modes::add);
        } else if (profile != null) {
            profile.accessModes().forEach(modes::add);
        }
        spec.putObject("resources").putObject("requests").put("storage", size(dataVolume, mode));
        api.create(Cdi.CLAIM, own.path("namespace").asText(), claim);
    }

    private String size(ObjectNode dataVolume, String mode) {
        JsonNode target = target(dataVolume);
        String asked = target.path("resources").path("requests").path("storage").asText("");
        if (asked.isEmpty()) {
            JsonNode from = dataVolume.path("spec").path("source").path("pvc");
            PersistentVolumeClaim original =
                    cdi.claim(from.path("namespace")
                                    .asText(dataVolume
                                            .path("metadata")
                                            .path("namespace")
                                            .asText()) + "/" + from.path("name").asText());
            return original == null ? "1Gi" : request(original).toString();
        }
        if (mode.equals("Filesystem") && dataVolume.path("spec").has("storage")) {
            return Quantity.getAmountInBytes(Quantity.parse(asked))
                    .multiply(FILESYSTEM_OVERHEAD)
                    .setScale(0, RoundingMode.CEILING)
                    .toPlainString();
        }
        return asked;
    }

    private static Quantity request(PersistentVolumeClaim claim) {
        return claim.getSpec().getResources().getRequests().getOrDefault("storage", new Quantity("0"));
    }

    private static boolean smaller(PersistentVolumeClaim claim, PersistentVolumeClaim original) {
        return request(claim).getNumericalAmount().compareTo(request(original).getNumericalAmount()) < 0;
    }

    private static boolean owns(ObjectNode dataVolume, PersistentVolumeClaim claim) {
        return claim.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getUid().equals(uid(dataVolume)));
    }

    private static String phase(ObjectNode dataVolume) {
        return dataVolume.path("status").path("phase").asText();
    }

    private static double percent(ObjectNode dataVolume) {
        String progress = dataVolume.path("status").path("progress").asText("N/A");
        return progress.endsWith("%") ? Double.parseDouble(progress.substring(0, progress.length() - 1)) : 0;
    }

    private static String uid(ObjectNode dataVolume) {
        return dataVolume.path("metadata").path("uid").asText();
    }

    private void event(ObjectNode dataVolume, String type, String reason, String message) {
        api.event(
                api.parse(dataVolume, GenericKubernetesResource.class), type, reason, message, "datavolume-controller");
    }

    /** A new status on its way: one patch, only if something is different. */
    private final class Change {

        private final ObjectNode dataVolume;
        private final ObjectNode status;
        private final Conditions conditions;

        Change(ObjectNode dataVolume) {
            this.dataVolume = dataVolume;
            this.status = dataVolume.path("status") instanceof ObjectNode present ? present.deepCopy() : api.object();
            this.conditions = new Conditions(status.path("conditions"), true);
        }

        Change phase(String phase) {
            status.put("phase", phase);
            return this;
        }

        Change progress(String progress) {
            status.put("progress", progress);
            status.put("claimName", dataVolume.path("metadata").path("name").asText());
            return this;
        }

        Change restart() {
            status.put("restartCount", status.path("restartCount").asInt() + 1);
            return this;
        }

        Change bound(String value, @Nullable String reason, String message) {
            conditions.set("Bound", value, reason, message);
            return this;
        }

        Change ready(String value, @Nullable String reason, String message) {
            conditions.set("Ready", value, reason, message.isEmpty() ? null : message);
            return this;
        }

        Change running(String value, @Nullable String reason, String message) {
            conditions.set("Running", value, reason, message.isEmpty() ? null : message);
            return this;
        }

        void send() {
            status.set("conditions", conditions.toArray());
            ObjectNode difference = api.difference(dataVolume.path("status"), status);
            if (difference != null) {
                JsonNode metadata = dataVolume.path("metadata");
                api.patchStatus(
                        Cdi.DATA_VOLUME,
                        metadata.path("namespace").asText(),
                        metadata.path("name").asText(),
                        difference);
            }
        }
    }
}
