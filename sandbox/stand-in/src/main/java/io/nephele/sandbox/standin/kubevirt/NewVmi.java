package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api;

/** The VirtualMachineInstance of a VirtualMachine as virt-controller creates it, with the defaults that virt-api's webhook adds. */
final class NewVmi {

    private NewVmi() {}

    /** @param paused whether the guest waits before its first instruction */
    static ObjectNode of(ObjectNode vm, boolean paused) {
        JsonNode template = vm.path("spec").path("template");
        ObjectNode vmi = vm.objectNode();
        vmi.put("apiVersion", "kubevirt.io/v1").put("kind", "VirtualMachineInstance");
        ObjectNode metadata = vmi.putObject("metadata");
        metadata.put("name", vm.path("metadata").path("name").asText());
        metadata.put("namespace", vm.path("metadata").path("namespace").asText());
        if (template.path("metadata").path("labels") instanceof ObjectNode labels) {
            metadata.set("labels", labels.deepCopy());
        }
        ObjectNode annotations = metadata.putObject("annotations");
        if (template.path("metadata").path("annotations") instanceof ObjectNode given) {
            annotations.setAll(given.deepCopy());
        }
        annotations.put(
                "kubevirt.io/vm-generation",
                vm.path("metadata").path("generation").asText());
        annotations.put("kubevirt.io/latest-observed-api-version", "v1");
        annotations.put("kubevirt.io/storage-observed-api-version", "v1");
        metadata.putArray("finalizers").add(Kinds.CONTROLLER_FINALIZER).add(Kinds.FOREGROUND_FINALIZER);
        metadata.putArray("ownerReferences")
                .addObject()
                .put("apiVersion", "kubevirt.io/v1")
                .put("kind", "VirtualMachine")
                .put("name", vm.path("metadata").path("name").asText())
                .put("uid", vm.path("metadata").path("uid").asText())
                .put("controller", true)
                .put("blockOwnerDeletion", true);
        ObjectNode spec = template.path("spec").deepCopy();
        vmi.set("spec", spec);
        if (paused) {
            spec.put("startStrategy", "Paused");
        }
        defaults(spec);
        status(vmi, spec);
        vmi.withObjectProperty("status")
                .put(
                        "virtualMachineRevisionName",
                        "revision-start-vm-%s-%s"
                                .formatted(
                                        vm.path("metadata").path("uid").asText(),
                                        vm.path("metadata").path("generation").asText()));
        return vmi;
    }

    private static void defaults(ObjectNode spec) {
        ObjectNode domain = spec.withObjectProperty("domain");
        ObjectNode cpu = domain.withObjectProperty("cpu");
        for (String part : new String[] {"sockets", "cores", "threads"}) {
            if (!cpu.has(part)) {
                cpu.put(part, 1);
            }
        }
        if (!cpu.has("model")) {
            cpu.put("model", "host-model");
        }
        if (!cpu.has("maxSockets")) {
            cpu.put("maxSockets", cpu.path("sockets").asInt() * 4);
        }
        domain.withObjectProperty("features").withObjectProperty("acpi").put("enabled", true);
        if (!spec.has("evictionStrategy")) {
            spec.put("evictionStrategy", "None");
        }
        ObjectNode memory = domain.withObjectProperty("memory");
        if (!memory.has("maxGuest") && Sizes.bytes(memory.path("guest").asText("0")) >= 1L << 30) {
            memory.put("maxGuest", Sizes.times(memory.path("guest").asText(), 4));
        }
    }

    private static void status(ObjectNode vmi, ObjectNode spec) {
        ObjectNode status = vmi.putObject("status");
        JsonNode cpu = spec.path("domain").path("cpu");
        status.putObject("currentCPUTopology")
                .put("cores", cpu.path("cores").asInt())
                .put("sockets", cpu.path("sockets").asInt())
                .put("threads", cpu.path("threads").asInt());
        status.putObject("guestOSInfo");
        String guest = spec.path("domain").path("memory").path("guest").asText("");
        if (!guest.isEmpty()) {
            status.putObject("memory")
                    .put("guestAtBoot", guest)
                    .put("guestCurrent", guest)
                    .put("guestRequested", guest);
        }
        status.put("phase", "Pending");
        status.putArray("phaseTransitionTimestamps")
                .addObject()
                .put("phase", "Pending")
                .put("phaseTransitionTimestamp", Api.now());
        status.put("runtimeUser", 107);
    }
}
