package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The one word that {@code kubectl get vm} shows: the first of these that fits, in the order of the real one. */
final class PrintableStatus {

    private PrintableStatus() {}

    static String of(ObjectNode vm, @Nullable ObjectNode vmi, ObjectNode status) {
        if (vm.path("metadata").has("deletionTimestamp")) {
            return "Terminating";
        }
        boolean backingOff = status.has("startFailure")
                && !vm.path("spec").path("runStrategy").asText().equals("Halted");
        if (vmi == null) {
            return backingOff ? "CrashLoopBackOff" : "Stopped";
        }
        String phase = vmi.path("status").path("phase").asText();
        boolean ended = phase.equals("Succeeded") || phase.equals("Failed");
        JsonNode scheduled = condition(vmi, "PodScheduled");
        if (vmi.path("metadata").has("deletionTimestamp") && !ended) {
            return "Stopping";
        }
        if (Crossing.isUnderWay(new Vmi(vmi))) {
            return "Migrating";
        }
        if (ended) {
            return unschedulable(scheduled) ? "ErrorUnschedulable" : backingOff ? "CrashLoopBackOff" : "Stopped";
        }
        if (condition(vmi, "Paused").path("status").asText().equals("True")) {
            return "Paused";
        }
        if (phase.equals("Running")) {
            return "Running";
        }
        String synchronizedReason =
                condition(vmi, "Synchronized").path("reason").asText();
        if (synchronizedReason.equals("FailedPvcNotFound")) {
            return "ErrorPvcNotFound";
        }
        if (unschedulable(scheduled)) {
            return "ErrorUnschedulable";
        }
        if (synchronizedReason.equals("ImagePullBackOff")) {
            return synchronizedReason;
        }
        if (condition(vmi, "DataVolumesReady").path("status").asText().equals("False")) {
            return "Provisioning";
        }
        return "Starting";
    }

    private static boolean unschedulable(JsonNode scheduled) {
        return scheduled.path("status").asText().equals("False")
                && scheduled.path("reason").asText().equals("Unschedulable");
    }

    static JsonNode condition(JsonNode object, String type) {
        for (JsonNode condition : object.path("status").path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition;
            }
        }
        return object.path("none");
    }
}
