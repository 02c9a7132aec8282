package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Conditions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * virt-controller's half that turns VirtualMachines into VirtualMachineInstances: run strategies, requested starts and stops, back-off, live changes, status. Follows
 * the recordings s01 to s07, s11, s12 and s16.
 */
final class VmController {

    private static final Set<String> FINAL = Set.of("Succeeded", "Failed");

    /** VMI conditions that the VM shows too. They stay on the VM after the VMI is gone. */
    private static final Set<String> MIRRORED = Set.of(
            "LiveMigratable",
            "StorageLiveMigratable",
            "PodScheduled",
            "Paused",
            "AgentConnected",
            "HotVCPUChange",
            "HotMemoryChange",
            "VolumesChange",
            "EvictionRequested",
            "Synchronized");

    private final Api api;
    private final Cluster cluster;
    private final StartFailures failures;
    private final java.util.function.BiConsumer<String, Duration> later;

    VmController(Api api, Cluster cluster, Timings timings, java.util.function.BiConsumer<String, Duration> later) {
        this.api = api;
        this.cluster = cluster;
        failures = new StartFailures(timings.backOff());
        this.later = later;
    }

    void reconcile(String key) {
        ObjectNode vm = cluster.vm(key);
        if (vm == null) {
            return;
        }
        ObjectNode vmi = ownVmi(vm);
        boolean deleting = vm.path("metadata").has("deletionTimestamp");
        if (!deleting && !hasFinalizer(vm, Kinds.CONTROLLER_FINALIZER)) {
            adopt(vm);
            return;
        }
        ObjectNode status = status(vm);
        if (deleting) {
            boolean orphaning = hasFinalizer(vm, "orphan");
            if (vmi != null && !orphaning) {
                failures.count(vm, status, new Vmi(vmi));
                delete(vm, vmi);
            } else if (hasFinalizer(vm, Kinds.CONTROLLER_FINALIZER)) {
                failures.forget(vm);
                removeFinalizer(vm);
                return;
            }
        } else {
            run(vm, vmi, status);
            if (vmi != null && !isFinal(vmi) && !vmi.path("metadata").has("deletionTimestamp")) {
                LiveUpdate.apply(api, cluster, vm, vmi, status);
            }
        }
        report(vm, vmi, status);
    }

    /** Its VMI; one that was orphaned is nobody's. */
    private @Nullable ObjectNode ownVmi(ObjectNode vm) {
        ObjectNode vmi = cluster.vmi(key(vm));
        boolean own = vmi != null
                && vmi.path("metadata")
                        .path("ownerReferences")
                        .path(0)
                        .path("uid")
                        .equals(vm.path("metadata").path("uid"));
        return own ? vmi : null;
    }

    private static ObjectNode status(ObjectNode vm) {
        return vm.path("status") instanceof ObjectNode status ? status.deepCopy() : vm.objectNode();
    }

    private void run(ObjectNode vm, @Nullable ObjectNode vmi, ObjectNode status) {
        String strategy = vm.path("spec").path("runStrategy").asText();
        String seen = status.path("runStrategy").asText();
        boolean startRequested = requests(status, "Start", null);
        if (vmi != null) {
            String uid = vmi.path("metadata").path("uid").asText();
            String phase = vmi.path("status").path("phase").asText();
            if (!strategy.equals("Halted")) {
                failures.count(vm, status, new Vmi(vmi));
            }
            boolean stopRequested = requests(status, "Stop", uid);
            boolean end = switch (strategy) {
                case "Halted" -> true;
                case "Always" -> FINAL.contains(phase) || stopRequested;
                case "RerunOnFailure" -> FINAL.contains(phase) || stopRequested;
                case "Manual" -> stopRequested;
                default -> false;
            };
            if (strategy.equals("RerunOnFailure")
                    && phase.equals("Failed")
                    && !vmi.path("metadata").has("deletionTimestamp")
                    && !stopRequested) {
                request(status, "Start", null, null);
            }
            if (end) {
                delete(vm, vmi);
            }
            return;
        }
        dropRequests(status, "Stop");
        boolean start = switch (strategy) {
            case "Always" -> true;
            case "RerunOnFailure" -> startRequested || !seen.equals(strategy);
            case "Manual" -> startRequested;
            case "Once" -> !seen.equals(strategy);
            default -> false;
        };
        String failure = start ? failure(vm, status) : null;
        if (failure != null) {
            return;
        }
        if (start && waiting(vm, status)) {
            request(status, "Start", null, null);
        } else if (start) {
            create(vm, isPausedStart(status));
            dropRequests(status, "Start");
        }
    }

    /** Why there can be no VMI, told by the condition Failure; or null. */
    private static @Nullable String failure(ObjectNode vm, ObjectNode status) {
        String name = vm.path("metadata").path("name").asText();
        JsonNode type = vm.path("spec").path("instancetype");
        var conditions = new Conditions(status.path("conditions"), false);
        String text = null;
        if (type.has("name")) {
            text = "virtualmachineclusterinstancetypes.instancetype.kubevirt.io \"%s\" not found"
                    .formatted(type.path("name").asText());
            conditions.set("Failure", "True", "FailedFindInstancetype", text);
        } else if (name.length() > 63) {
            text = "failed to create virtual machine instance: must be no more than 63 bytes";
            conditions.set("Failure", "True", "FailedCreate", text);
        } else {
            conditions.remove("Failure");
        }
        status.set("conditions", conditions.toArray());
        return text;
    }

    /** Whether a start has to wait, because others before it failed. */
    private boolean waiting(ObjectNode vm, ObjectNode status) {
        Duration rest = failures.rest(vm, status);
        if (rest.isZero()) {
            return false;
        }
        later.accept(key(vm), rest.plusMillis(20));
        return true;
    }

    private static boolean isPausedStart(ObjectNode status) {
        for (JsonNode request : status.path("stateChangeRequests")) {
            if (request.path("data").path("paused").asText().equals("true")) {
                return true;
            }
        }
        return false;
    }

    private void create(ObjectNode vm, boolean paused) {
        String name = vm.path("metadata").path("name").asText();
        if (api.create(Kinds.VMI, vm.path("metadata").path("namespace").asText(), NewVmi.of(vm, paused))) {
            event(
                    vm,
                    "Normal",
                    "SuccessfulCreate",
                    "Started the virtual machine by creating the new virtual machine instance " + name);
        }
    }

    private void delete(ObjectNode vm, ObjectNode vmi) {
        if (!vmi.path("metadata").has("deletionTimestamp")) {
            if (vm.path("metadata").has("deletionTimestamp")) {
                // One that has just been orphaned must not go.
                api.deleteUnchanged(Kinds.VMI, vmi);
            } else {
                String namespace = vm.path("metadata").path("namespace").asText();
                api.delete(
                        Kinds.VMI, namespace, vm.path("metadata").path("name").asText());
            }
            event(
                    vm,
                    "Normal",
                    "SuccessfulDelete",
                    "Stopped the virtual machine by deleting the virtual machine instance "
                            + vmi.path("metadata").path("uid").asText());
        }
    }

    private void adopt(ObjectNode vm) {
        ObjectNode patch = api.object();
        ObjectNode metadata = patch.putObject("metadata");
        ArrayNode finalizers = metadata.putArray("finalizers");
        vm.path("metadata").path("finalizers").forEach(finalizers::add);
        finalizers.add(Kinds.CONTROLLER_FINALIZER);
        metadata.putObject("annotations")
                .put("kubevirt.io/latest-observed-api-version", "v1")
                .put("kubevirt.io/storage-observed-api-version", "v1");
        patch(vm, patch);
    }

    private static boolean hasFinalizer(ObjectNode vm, String name) {
        for (JsonNode finalizer : vm.path("metadata").path("finalizers")) {
            if (finalizer.asText().equals(name)) {
                return true;
            }
        }
        return false;
    }

    private void removeFinalizer(ObjectNode vm) {
        ObjectNode patch = api.object();
        ArrayNode rest = patch.putObject("metadata").putArray("finalizers");
        vm.path("metadata").path("finalizers").forEach(finalizer -> {
            if (!finalizer.asText().equals(Kinds.CONTROLLER_FINALIZER)) {
                rest.add(finalizer);
            }
        });
        patch(vm, patch);
    }

    private void report(ObjectNode vm, @Nullable ObjectNode vmi, ObjectNode status) {
        String strategy = vm.path("spec").path("runStrategy").asText();
        var conditions = new Conditions(status.path("conditions"), false);
        if (vmi == null) {
            conditions.set("Ready", "False", "VMINotExists", "VMI does not exist");
            conditions.remove("RestartRequired");
            status.remove(List.of("created", "ready"));
        } else {
            mirror(vmi, conditions);
            status.put("created", true);
            status.put(
                    "desiredGeneration", vm.path("metadata").path("generation").asLong());
            status.put(
                    "observedGeneration", vm.path("metadata").path("generation").asLong());
            if (conditions.status("Ready").equals("True")) {
                status.put("ready", true);
            } else {
                status.remove("ready");
            }
        }
        if (vmi != null || status.has("runStrategy")) {
            status.put("runStrategy", strategy);
        }
        status.set("conditions", conditions.toArray());
        status.put("printableStatus", PrintableStatus.of(vm, vmi, status));
        ObjectNode change = api.difference(vm.path("status"), status);
        if (change != null) {
            api.patchStatus(
                    Kinds.VM,
                    vm.path("metadata").path("namespace").asText(),
                    vm.path("metadata").path("name").asText(),
                    change);
        }
    }

    private static void mirror(ObjectNode vmi, Conditions conditions) {
        var own = new Conditions(vmi.path("status").path("conditions"), false);
        ObjectNode ready = own.get("Ready");
        if (ready == null) {
            conditions.set("Ready", "False", "VMIConditionMissing", "VMI is missing the Ready condition");
        } else {
            copy(ready, conditions);
        }
        for (String type : MIRRORED) {
            ObjectNode condition = own.get(type);
            if (condition == null) {
                conditions.remove(type);
            } else {
                copy(condition, conditions);
            }
        }
    }

    private static void copy(ObjectNode condition, Conditions to) {
        to.set(
                condition.path("type").asText(),
                condition.path("status").asText(),
                condition.has("reason") ? condition.path("reason").asText() : null,
                condition.has("message") ? condition.path("message").asText() : null);
    }

    private static boolean isFinal(ObjectNode vmi) {
        return FINAL.contains(vmi.path("status").path("phase").asText());
    }

    private static boolean requests(ObjectNode status, String action, @Nullable String uid) {
        for (JsonNode request : status.path("stateChangeRequests")) {
            if (request.path("action").asText().equals(action)
                    && (uid == null || uid.equals(request.path("uid").asText()))) {
                return true;
            }
        }
        return false;
    }

    /** Asks for a start or a stop, in the status. */
    static void request(ObjectNode status, String action, @Nullable String uid, @Nullable String paused) {
        if (!requests(status, action, uid)) {
            ObjectNode request = status.withArray("stateChangeRequests").addObject();
            request.put("action", action);
            if (uid != null) {
                request.put("uid", uid);
            }
            if (paused != null) {
                request.putObject("data").put("paused", paused);
            }
        }
    }

    private static void dropRequests(ObjectNode status, String action) {
        ArrayNode rest = status.arrayNode();
        status.path("stateChangeRequests").forEach(request -> {
            if (!request.path("action").asText().equals(action)) {
                rest.add(request);
            }
        });
        if (rest.isEmpty()) {
            status.remove("stateChangeRequests");
        } else {
            status.set("stateChangeRequests", rest);
        }
    }

    private void patch(ObjectNode vm, ObjectNode patch) {
        api.patch(
                Kinds.VM,
                vm.path("metadata").path("namespace").asText(),
                vm.path("metadata").path("name").asText(),
                patch);
    }

    private void event(ObjectNode vm, String type, String reason, String message) {
        api.event(vm, type, reason, message, "virtualmachine-controller");
    }

    private static String key(ObjectNode vm) {
        return vm.path("metadata").path("namespace").asText() + "/"
                + vm.path("metadata").path("name").asText();
    }
}
