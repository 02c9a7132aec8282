package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Admission;
import io.nephele.sandbox.standin.Admission.Refusal;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.HttpsEndpoint;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** virt-api's admission of VirtualMachines: the defaults it writes into the object, and what it refuses, in its words. */
final class Webhooks {

    private static final Set<String> STRATEGIES =
            Set.of("Always", "Halted", "Manual", "RerunOnFailure", "Once", "WaitAsReceiver");

    private Webhooks() {}

    static void install(Api api, HttpsEndpoint https) {
        https.handle("/virtualmachines-mutate", Admission.mutating(Webhooks::defaults));
        https.handle("/virtualmachines-validate", Admission.validating(request -> validate(request.path("object"))));
        Admission.register(
                api,
                https,
                "Mutating",
                "virtualmachines-mutator.kubevirt.io",
                "/virtualmachines-mutate",
                Kinds.VM,
                "\"CREATE\", \"UPDATE\"");
        Admission.register(
                api,
                https,
                "Validating",
                "virtualmachine-validator.kubevirt.io",
                "/virtualmachines-validate",
                Kinds.VM,
                "\"CREATE\", \"UPDATE\"");
    }

    private static ObjectNode defaults(ObjectNode vm) {
        if (!(vm.path("spec").path("template").path("spec") instanceof ObjectNode spec)) {
            return vm;
        }
        if (!spec.has("architecture")) {
            spec.put("architecture", "amd64");
        }
        ObjectNode domain = spec.withObjectProperty("domain");
        ObjectNode machine = domain.withObjectProperty("machine");
        if (!machine.has("type")) {
            machine.put("type", "q35");
        }
        domain.withObjectProperty("resources");
        ObjectNode firmware = domain.withObjectProperty("firmware");
        for (String id : new String[] {"uuid", "serial"}) {
            if (!firmware.has(id)) {
                firmware.put(id, UUID.randomUUID().toString());
            }
        }
        if (domain.path("memory") instanceof ObjectNode memory) {
            for (String size : new String[] {"guest", "maxGuest"}) {
                if (memory.has(size)) {
                    memory.put(size, Sizes.canonical(memory.path(size).asText()));
                }
            }
        }
        if (vm.path("spec").path("template") instanceof ObjectNode template) {
            ObjectNode annotations = template.withObjectProperty("metadata").withObjectProperty("annotations");
            if (!annotations.has("kubevirt.io/pci-topology-version")) {
                annotations.put("kubevirt.io/pci-topology-version", "v3");
            }
        }
        return vm;
    }

    private static @Nullable Refusal validate(JsonNode vm) {
        JsonNode spec = vm.path("spec");
        boolean hasStrategy = spec.has("runStrategy");
        if (!hasStrategy && !spec.has("running")) {
            return Refusal.invalid("RunStrategy must be specified", "spec.runStrategy");
        }
        if (hasStrategy && spec.has("running")) {
            return Refusal.invalid(
                    "Running and RunStrategy are mutually exclusive. Note that Running is deprecated, please use RunStrategy instead",
                    "spec.running");
        }
        if (hasStrategy && !STRATEGIES.contains(spec.path("runStrategy").asText())) {
            return Refusal.invalid(
                    "Invalid RunStrategy (" + spec.path("runStrategy").asText() + ")", "spec.runStrategy");
        }
        JsonNode domain = spec.path("template").path("spec").path("domain");
        JsonNode cpu = domain.path("cpu");
        if (cpu.has("maxSockets")
                && cpu.path("maxSockets").asInt() < cpu.path("sockets").asInt(1)) {
            return Refusal.invalid(
                    "Number of sockets in CPU topology is greater than the maximum sockets allowed",
                    "spec.template.spec.domain.cpu.sockets");
        }
        JsonNode memory = domain.path("memory");
        if (memory.has("maxGuest") && memory.has("guest")) {
            long guest = Sizes.bytes(memory.path("guest").asText());
            if (Sizes.bytes(memory.path("maxGuest").asText()) < guest) {
                return Refusal.invalid(
                        "Guest memory is greater than the configured maxGuest memory",
                        "spec.template.spec.domain.memory.guest");
            }
            if (guest < 1L << 30) {
                return Refusal.invalid(
                        "Memory hotplug is only available for VMs with at least 1Gi of guest memory",
                        "spec.template.spec.domain.memory.guest");
            }
        }
        return volumes(spec.path("template").path("spec"));
    }

    private static @Nullable Refusal volumes(JsonNode spec) {
        Set<String> names = new HashSet<>();
        int index = 0;
        for (JsonNode volume : spec.path("volumes")) {
            if (!names.add(volume.path("name").asText())) {
                return Refusal.invalid(
                        "spec.template.spec.volumes[%d] and spec.template.spec.volumes[0] must not have the same Name."
                                .formatted(index),
                        "spec.template.spec.volumes[%d].name".formatted(index));
            }
            index++;
        }
        index = 0;
        for (JsonNode disk : spec.path("domain").path("devices").path("disks")) {
            if (!names.contains(disk.path("name").asText())) {
                String field = "spec.template.spec.domain.devices.disks[%d].Name".formatted(index);
                return Refusal.invalid(field + " '" + disk.path("name").asText() + "' not found.", field);
            }
            index++;
        }
        return null;
    }
}
