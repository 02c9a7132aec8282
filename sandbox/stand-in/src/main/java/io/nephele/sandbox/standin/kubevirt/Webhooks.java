package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Admission;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.HttpsEndpoint;
import java.util.UUID;

/** virt-api's admission of VirtualMachines: the defaults it writes into the object, and what it refuses ({@link VmValidation}). */
final class Webhooks {

    private Webhooks() {}

    static void install(Api api, HttpsEndpoint https) {
        https.handle("/virtualmachines-mutate", Admission.mutating(Webhooks::defaults, VmValidation::template));
        https.handle(
                "/virtualmachines-validate",
                Admission.validating(
                        request -> VmValidation.validate(request.path("object")),
                        request -> VmValidation.warnings(request.path("object"))));
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
}
