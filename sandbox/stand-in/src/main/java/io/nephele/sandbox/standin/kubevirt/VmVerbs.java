package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api;
import org.jspecify.annotations.Nullable;

/** The verbs on a VM that change its power, with the codes and texts recorded in b-subresources and b-always. */
final class VmVerbs {

    private static final String KIND = "virtualmachine";

    private final Api api;

    VmVerbs(Api api) {
        this.api = api;
    }

    void start(ObjectNode vm, @Nullable ObjectNode vmi, JsonNode body) throws Refused {
        String strategy = strategy(vm);
        if (vmi != null && !(new Vmi(vmi).isFinal() && strategy.equals("Manual"))) {
            throw Refused.conflict(KIND, name(vm), strategy.equals("Once") ? once(strategy) : "VM is already running");
        }
        if (strategy.equals("Always") || strategy.equals("Once")) {
            throw Refused.conflict(KIND, name(vm), once(strategy));
        }
        String paused = body.path("paused").asBoolean() ? "true" : null;
        if (vmi != null) {
            replace(vm, vmi, paused);
        } else if (strategy.equals("Halted")) {
            runStrategy(vm, "Always");
        } else {
            ObjectNode status = api.object();
            VmController.request(status, "Start", null, paused);
            api.patchStatus(Kinds.VM, namespace(vm), name(vm), status);
        }
    }

    private static String once(String strategy) {
        return strategy + " does not support manual start requests";
    }

    void stop(ObjectNode vm, @Nullable ObjectNode vmi, JsonNode body) throws Refused {
        if (vmi == null) {
            throw Refused.conflict(KIND, name(vm), "VM is not running");
        }
        JsonNode grace = body.path("gracePeriod");
        if (grace.isNumber()) {
            grace(vm, grace.asInt());
        }
        if (strategy(vm).equals("Always")) {
            runStrategy(vm, "Halted");
        } else if (!strategy(vm).equals("Halted") || grace.isNumber()) {
            ObjectNode status = api.object();
            VmController.request(status, "Stop", new Vmi(vmi).uid(), null);
            api.patchStatus(Kinds.VM, namespace(vm), name(vm), status);
        }
    }

    void restart(ObjectNode vm, @Nullable ObjectNode vmi, JsonNode body) throws Refused {
        String strategy = strategy(vm);
        if (strategy.equals("Halted") || strategy.equals("Once")) {
            throw Refused.conflict(
                    KIND, name(vm), "RunStategy " + strategy + " does not support manual restart requests");
        }
        if (vmi == null) {
            throw Refused.conflict(KIND, name(vm), "VM is not running: Halted");
        }
        JsonNode grace = body.path("gracePeriodSeconds");
        if (grace.isNumber() && grace.asInt() != 0) {
            throw Refused.badRequest("For force restart, only gracePeriod=0 is supported for now");
        }
        if (vm.path("status").path("stateChangeRequests").size() > 0) {
            throw Refused.internal("unable to complete request: stop/start already underway");
        }
        if (grace.isNumber()) {
            grace(vm, 0);
        }
        replace(vm, vmi, null);
    }

    private void grace(ObjectNode vm, int seconds) {
        ObjectNode patch = api.object();
        patch.putObject("spec").put("terminationGracePeriodSeconds", seconds);
        api.patch(Kinds.VMI, namespace(vm), name(vm), patch);
    }

    /** Asks for the end of a VMI and for a new one. */
    private void replace(ObjectNode vm, ObjectNode vmi, @Nullable String paused) {
        ObjectNode status = api.object();
        VmController.request(status, "Stop", new Vmi(vmi).uid(), null);
        VmController.request(status, "Start", null, paused);
        api.patchStatus(Kinds.VM, namespace(vm), name(vm), status);
    }

    private void runStrategy(ObjectNode vm, String strategy) {
        ObjectNode patch = api.object();
        patch.putObject("spec").put("runStrategy", strategy);
        api.patch(Kinds.VM, namespace(vm), name(vm), patch, "virt-api");
    }

    void migrate(ObjectNode vm) {
        ObjectNode migration = api.object();
        migration.putObject("metadata").put("generateName", "kubevirt-migrate-vm-");
        migration.putObject("spec").put("vmiName", name(vm));
        api.create(Kinds.VMIM, namespace(vm), migration);
    }

    private static String strategy(ObjectNode vm) {
        return vm.path("spec").path("runStrategy").asText();
    }

    private static String namespace(ObjectNode object) {
        return object.path("metadata").path("namespace").asText();
    }

    private static String name(ObjectNode object) {
        return object.path("metadata").path("name").asText();
    }
}
