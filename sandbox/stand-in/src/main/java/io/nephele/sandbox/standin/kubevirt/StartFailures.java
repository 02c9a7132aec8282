package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The starts of VMs that failed one after the other, and how long the next one has to wait: {@code status.startFailure}. Only a VMI that ends before it was Running counts: a
 * guest that crashes later is started again at once, for ever.
 */
final class StartFailures {

    private static final String FIELD = "startFailure";

    private final Duration unit;

    /** By the uid of the VM. A VMI may be seen to be gone before its VM is seen with the failure of it. */
    private final Map<String, ObjectNode> newest = new ConcurrentHashMap<>();

    StartFailures(Duration unit) {
        this.unit = unit;
    }

    /** Takes note of a VMI in the status of its VM. */
    void count(ObjectNode vm, ObjectNode status, Vmi vmi) {
        String vmUid = uid(vm);
        if (vmi.phase().equals("Running")) {
            newest.remove(vmUid);
            status.remove(FIELD);
            return;
        }
        ObjectNode known = newest.get(vmUid);
        if (known != null) {
            status.set(FIELD, known);
        }
        JsonNode before = status.path(FIELD);
        if (vmi.phase().equals("Failed")
                && !wasRunning(vmi)
                && !vmi.uid().equals(before.path("lastFailedVMIUID").asText())) {
            int count = before.path("consecutiveFailCount").asInt() + 1;
            Duration delay = unit.multipliedBy(Math.min((long) count * count, 30));
            ObjectNode failure = status.putObject(FIELD);
            failure.put("consecutiveFailCount", count);
            failure.put("lastFailedVMIUID", vmi.uid());
            failure.put("retryAfterTimestamp", Instant.now().plus(delay).toString());
            newest.put(vmUid, failure.deepCopy());
        }
    }

    /** For how long a VM must not start yet; zero if it may. */
    Duration rest(ObjectNode vm, ObjectNode status) {
        ObjectNode known = newest.get(uid(vm));
        JsonNode failure = known == null ? status.path(FIELD) : known;
        String retryAfter = failure.path("retryAfterTimestamp").asText();
        if (retryAfter.isEmpty()) {
            return Duration.ZERO;
        }
        Duration rest = Duration.between(Instant.now(), Instant.parse(retryAfter));
        return rest.isNegative() ? Duration.ZERO : rest;
    }

    void forget(ObjectNode vm) {
        newest.remove(uid(vm));
    }

    private static boolean wasRunning(Vmi vmi) {
        for (JsonNode transition : vmi.status().path("phaseTransitionTimestamps")) {
            if (transition.path("phase").asText().equals("Running")) {
                return true;
            }
        }
        return false;
    }

    private static String uid(ObjectNode vm) {
        return vm.path("metadata").path("uid").asText();
    }
}
