package io.nephele.sandbox.standin.recording;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.recording.Recording.Line;
import io.nephele.sandbox.standin.recording.View.Facts;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is compared of DataVolumes and of their claims. */
final class CdiViews {

    private static final Set<String> FAILURES = Set.of("Error", "ChecksumError");

    /** What the provisioner and the binder of the laboratory said meanwhile: their words show in the condition Bound for as long as it is False. */
    private static final Pattern CHATTER = Pattern.compile(
            "(target PVC \\S+ Pending and )?(\\[\\S+] : )?(Waiting for a volume to be created|Error saving claim|waiting for first consumer|storageclass\\.storage\\.k8s\\.io|Import Successful|Error starting pod).*",
            Pattern.DOTALL);

    /** Why a clone waits, which CDI says by turns with the chatter: that it is said is compared by way of the events. */
    private static final Pattern CLONE_WAITS =
            Pattern.compile("target PVC \\S+ Pending and (pod \\S+ using|target resources requests).*");

    /** Annotations of a claim that are there from its creation on. Others tell of the claims and pods behind it, which the stand-in does not show. */
    private static final Set<String> EARLY = Set.of(
            "cdi.kubevirt.io/createdForDataVolume",
            "cdi.kubevirt.io/storage.contentType",
            "cdi.kubevirt.io/storage.preallocation.requested",
            "cdi.kubevirt.io/storage.usePopulator",
            "cdi.kubevirt.io/dataSourceNamespace",
            "cdi.kubevirt.io/storage.clone.token",
            "ours/a",
            "a");

    /** Annotations of a claim that some writer puts on a moment after all the others. */
    private static final Set<String> LATE = Set.of(
            "cdi.kubevirt.io/storage.pod.restarts",
            "cdi.kubevirt.io/storage.condition.bound",
            "cdi.kubevirt.io/storage.condition.bound.reason",
            "cdi.kubevirt.io/storage.condition.bound.message",
            "cdi.kubevirt.io/clonePhase",
            "cdi.kubevirt.io/storage.populator.progress",
            "k8s.io/CloneOf",
            "cdi.kubevirt.io/storage.populator.pvcPrime",
            "volume.kubernetes.io/selected-node");

    /** On a claim that was cloned without a size. */
    private static final String SIZE_DETECTION = "cdi.Kubervirt.io/";

    static final Map<String, View> VIEWS = Map.of(
            "DataVolume",
            new View(
                    Map.of(
                            "phase", CdiViews::phase,
                            "Bound", CdiViews::bound,
                            "Ready", CdiViews::ready,
                            "Running", CdiViews::running,
                            "finalizers", dv -> dv.at("/metadata/finalizers").toString(),
                            "progress", CdiViews::progress),
                    CdiViews::dataVolume),
            "PersistentVolumeClaim",
            new View(Map.of("phase", pvc -> pvc.at("/status/phase").asText()), CdiViews::claim));

    private CdiViews() {}

    /** Claims that are behind another one are not shown by the stand-in. */
    static boolean isShown(Line line) {
        boolean behind = line.name().startsWith("prime-")
                || line.name().startsWith("tmp-pvc-")
                || line.name().endsWith("-scratch");
        return !line.kind().equals("PersistentVolumeClaim") || !behind;
    }

    /** Whether an event only repeats what the provisioner and the binder said, or that metrics could not be read. */
    static boolean isChatter(String message) {
        return CHATTER.matcher(message).matches()
                || message.startsWith("cannot get StorageProfile")
                || message.contains("/metrics\"");
    }

    /** The laboratory had too little CPU for the pods, or their metrics could not be read; or CDI had not looked yet, or just before it had made the claim. */
    static boolean isArtefact(Line line) {
        if (line.kind().equals("PersistentVolumeClaim")) {
            return line.object()
                    .at("/metadata/annotations/cdi.kubevirt.io~1storage.pod.schedulable")
                    .asText()
                    .equals("false");
        }
        return line.kind().equals("DataVolume")
                && (line.object().at("/status/conditions").isEmpty()
                        || reason(line.object(), "Bound").equals("NotFound")
                        || reason(line.object(), "Running").equals("Unschedulable")
                        || message(line.object(), "Running").contains("/metrics\""));
    }

    /** Absent and Pending are the same: which one shows depends on whether CDI looked before the claim was there. */
    private static String phase(ObjectNode dv) {
        String phase = dv.at("/status/phase").asText();
        return switch (phase) {
            case "" -> "Pending";
            // Shows only if CDI looks in that very instant.
            case "RebindInProgress" -> "CloneInProgress";
            default -> phase;
        };
    }

    private static @Nullable String progress(ObjectNode dv) {
        String progress = dv.at("/status/progress").asText();
        return progress.isEmpty() || progress.equals("100.0%") || progress.equals("N/A") ? progress : null;
    }

    private static @Nullable String bound(ObjectNode dv) {
        String reason = reason(dv, "Bound");
        // Whether somebody looked before the claim was there.
        if (reason.isEmpty() || reason.equals("NotFound")) {
            return null;
        }
        boolean succeeded = dv.at("/status/phase").asText().equals("Succeeded");
        if (reason.equals("Pending")) {
            // After success it may be Pending, Bound, Pending and Bound.
            return succeeded ? null : "False Pending " + cause(dv);
        }
        return condition(dv, "Bound");
    }

    private static String cause(ObjectNode dv) {
        String message = message(dv, "Bound");
        String name = dv.at("/metadata/name").asText();
        return CHATTER.matcher(message).matches()
                        || CLONE_WAITS.matcher(message).matches()
                        // Said of the pod first and of the claim a moment later.
                        || FAILURES.contains(reason(dv, "Running"))
                        || message.contains("] : ")
                ? "PVC " + name + " Pending"
                : message;
    }

    private static @Nullable String ready(ObjectNode dv) {
        if (reason(dv, "Bound").equals("NotFound")) {
            return null;
        }
        return isPendingClone(dv) ? "False TransferRunning" : condition(dv, "Ready");
    }

    private static @Nullable String running(ObjectNode dv) {
        if (reason(dv, "Bound").equals("NotFound")) {
            return null;
        }
        return switch (reason(dv, "Running")) {
            // Unschedulable is an artefact; ErrStartingPod shows for less than a second, if at all; that clones are
            // pending, only if CDI looks in that instant.
            case "Unschedulable", "ErrStartingPod" -> null;
            case "Pending" -> isPendingClone(dv) ? "True Populator is running" : "False";
            case "Pod is running" -> "True Pod is running"; // clones: it flaps when the metrics cannot be read
            case "" ->
                // Between two pods this stays as it was for the first one, or is empty.
                phase(dv).equals("ImportScheduled") ? null : condition(dv, "Running");
            case "Error" ->
                message(dv, "Running").contains("/metrics\"") ? null : "False Error " + log(message(dv, "Running"));
            default -> condition(dv, "Running");
        };
    }

    /** Whether the populator is at work already is said by one of two annotations of the claim: by which one, depends on when CDI looks. */
    private static boolean isPendingClone(ObjectNode dv) {
        return phase(dv).equals("CloneInProgress") && reason(dv, "Running").equals("Pending");
    }

    /** Of a killed importer the end of its log is shown. */
    private static String log(String message) {
        return message.startsWith("I") && message.contains("importer.go") ? "<log>" : message;
    }

    private static void dataVolume(ObjectNode dv, Facts facts) {
        facts.deletion().presence("/status/claimName", "/status/restartCount");
        String progress = dv.at("/status/progress").asText();
        facts.put("progress of it", progress.equals("100.0%") ? progress : progress.replaceAll("[0-9.]+%", "<n>%"));
        facts.put("is bound", Boolean.toString(reason(dv, "Bound").equals("Bound")));
        String annotation = "/metadata/annotations/cdi.kubevirt.io~1storage.";
        facts.values(annotation + "usePopulator", "/metadata/labels");
        facts.presence(annotation + "clone.token", annotation + "extended.clone.token");
    }

    private static void claim(ObjectNode pvc, Facts facts) {
        facts.presence("/metadata/deletionTimestamp")
                .values(
                        "/metadata/labels",
                        "/spec/accessModes",
                        "/spec/volumeMode",
                        "/spec/resources/requests",
                        "/spec/storageClassName",
                        "/spec/dataSourceRef")
                .presence("/spec/volumeName");
        pvc.at("/metadata/ownerReferences")
                .forEach(owner -> facts.put(
                        "owner",
                        "%s %s %s %s"
                                .formatted(
                                        owner.path("kind").asText(),
                                        owner.path("name").asText(),
                                        owner.path("controller").asText(),
                                        owner.path("blockOwnerDeletion").asText())));
        if (!pvc.at("/spec/storageClassName").asText().startsWith("lab-static")) {
            // Others were made by hand, and had the size of the hand.
            facts.values("/status/capacity");
        }
        boolean filled = pvc.at("/metadata/annotations/cdi.kubevirt.io~1storage.condition.running.reason")
                        .asText()
                        .equals("Completed")
                && pvc.at("/status/phase").asText().equals("Bound");
        for (Map.Entry<String, JsonNode> annotation :
                pvc.at("/metadata/annotations").properties()) {
            String name = annotation.getKey();
            if (EARLY.contains(name) || (filled && !LATE.contains(name) && !name.startsWith(SIZE_DETECTION))) {
                facts.put(
                        "annotation " + name,
                        name.endsWith("token")
                                ? "<token>"
                                : log(annotation.getValue().asText()));
            }
        }
    }

    private static @Nullable String condition(ObjectNode dv, String type) {
        for (JsonNode condition : dv.at("/status/conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return (condition.path("status").asText() + " "
                                + condition.path("reason").asText() + " "
                                + condition.path("message").asText())
                        .strip();
            }
        }
        return null;
    }

    private static String reason(ObjectNode dv, String type) {
        return field(dv, type, "reason");
    }

    private static String message(ObjectNode dv, String type) {
        return field(dv, type, "message");
    }

    private static String field(ObjectNode dv, String type, String field) {
        for (JsonNode condition : dv.at("/status/conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path(field).asText();
            }
        }
        return "";
    }
}
