package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Conditions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A new status of a DataVolume on its way: one patch, only if something is different, and the events that CDI derives from it. */
final class Status {

    /** Reasons of the condition Running which CDI reports as an event too. */
    private static final Set<String> WARNINGS =
            Set.of("Completed", "Error", "ChecksumError", "ErrExceededQuota", "Pending");

    private final Api api;
    private final Events events;
    private final DataVolume dataVolume;
    private final ObjectNode status;
    private final Conditions conditions;

    Status(Api api, Events events, DataVolume dataVolume) {
        this.api = api;
        this.events = events;
        this.dataVolume = dataVolume;
        this.status =
                dataVolume.tree().path("status") instanceof ObjectNode present ? present.deepCopy() : api.object();
        this.conditions = new Conditions(status.path("conditions"), true);
    }

    Status phase(String phase) {
        status.put("phase", phase);
        return this;
    }

    /** Tells of progress; the claim is named with it. */
    Status progress(String progress) {
        status.put("progress", progress).put("claimName", dataVolume.name());
        return this;
    }

    Status restarts(int count) {
        status.put("restartCount", count);
        return this;
    }

    /** The claim is there, without its data. */
    Status pending() {
        return bound("False", "Pending", "PVC " + dataVolume.name() + " Pending");
    }

    /** The claim is there, without its data, because of something. */
    Status pending(String cause) {
        return bound("False", "Pending", "target PVC " + dataVolume.name() + " Pending and " + cause);
    }

    Status bound() {
        return bound("True", "Bound", "PVC " + dataVolume.name() + " Bound");
    }

    Status bound(String value, @Nullable String reason, String message) {
        conditions.set("Bound", value, reason, message);
        return this;
    }

    Status ready(String value, @Nullable String reason, String message) {
        conditions.set("Ready", value, reason, message.isEmpty() ? null : message);
        return this;
    }

    Status notReady() {
        return ready("False", null, "");
    }

    /** A pod is at work. */
    Status transferring(String reason) {
        return ready("False", "TransferRunning", "").running("True", reason, "");
    }

    /** No pod is at work. */
    Status idle() {
        return running("False", null, "");
    }

    Status running(String value, @Nullable String reason, String message) {
        conditions.set("Running", value, reason, message.isEmpty() ? null : message);
        return this;
    }

    void send() {
        status.set("conditions", conditions.toArray());
        ObjectNode difference = api.difference(dataVolume.tree().path("status"), status);
        if (difference == null) {
            return;
        }
        api.patchStatus(Cdi.DATA_VOLUME, dataVolume.namespace(), dataVolume.name(), difference);
        tellOf("Bound");
        tellOf("Running");
    }

    private void tellOf(String type) {
        ObjectNode after = conditions.get(type);
        ObjectNode before = new Conditions(dataVolume.tree().path("status").path("conditions"), true).get(type);
        if (after == null || after.equals(before)) {
            return;
        }
        String reason = after.path("reason").asText();
        String message = after.path("message").asText();
        if (type.equals("Bound")) {
            events.normal(dataVolume, reason, message);
        } else if (WARNINGS.contains(reason)) {
            events.warning(dataVolume, reason, message);
        }
    }
}
