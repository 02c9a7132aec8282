package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import io.nephele.sandbox.standin.Admission.Refusal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What KubeVirt refuses of a VirtualMachine, in its words: recording b-reject. */
final class VmValidation {

    private static final Set<String> STRATEGIES =
            Set.of("Always", "Halted", "Manual", "RerunOnFailure", "Once", "WaitAsReceiver");
    private static final Set<String> EVICTION = Set.of("None", "LiveMigrate", "LiveMigrateIfPossible", "External");
    private static final List<String> BUSES = List.of("virtio", "scsi", "sata", "usb");
    private static final Pattern MAC = Pattern.compile("([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}");
    private static final String SPEC = "spec.template.spec.";

    private final List<Refusal> refusals = new ArrayList<>();

    private VmValidation() {}

    static @Nullable Refusal validate(JsonNode vm) {
        var validation = new VmValidation();
        validation.power(vm.path("spec"));
        JsonNode spec = vm.path("spec").path("template").path("spec");
        validation.sizes(spec.path("domain"));
        validation.volumes(spec);
        validation.interfaces(spec);
        validation.rest(spec);
        return Refusal.invalid(validation.refusals);
    }

    /** What cannot even be given defaults. */
    static @Nullable Refusal template(JsonNode request) {
        return request.path("object").path("spec").has("template")
                ? null
                : Refusal.invalid(List.of(Refusal.invalid("spec.template in body is required", null)));
    }

    static List<String> warnings(JsonNode vm) {
        return vm.path("spec").has("running")
                ? List.of("spec.running is deprecated, please use spec.runStrategy instead.")
                : List.of();
    }

    private void refuse(String message, String field) {
        refusals.add(Refusal.invalid(message, field));
    }

    private void power(JsonNode spec) {
        boolean hasStrategy = spec.has("runStrategy");
        String strategy = spec.path("runStrategy").asText();
        if (!hasStrategy && !spec.has("running")) {
            refuse("RunStrategy must be specified", "spec.running");
        } else if (hasStrategy && spec.has("running")) {
            refuse(
                    "Running and RunStrategy are mutually exclusive. Note that Running is deprecated, please use RunStrategy instead",
                    "spec.running");
        } else if (hasStrategy && !STRATEGIES.contains(strategy)) {
            refuse("Invalid RunStrategy (" + strategy + ")", "spec.runStrategy");
        }
    }

    private void sizes(JsonNode domain) {
        JsonNode cpu = domain.path("cpu");
        if (cpu.has("maxSockets")
                && cpu.path("maxSockets").asInt() < cpu.path("sockets").asInt(1)) {
            // Two of its checks find it.
            for (int i = 0; i < 2; i++) {
                refuse(
                        "Number of sockets in CPU topology is greater than the maximum sockets allowed",
                        SPEC + "domain.cpu.sockets");
            }
        }
        JsonNode memory = domain.path("memory");
        if (memory.has("maxGuest") && memory.has("guest")) {
            long guest = Sizes.bytes(memory.path("guest").asText());
            if (Sizes.bytes(memory.path("maxGuest").asText()) < guest) {
                refuse("Guest memory is greater than the configured maxGuest memory", SPEC + "domain.memory.guest");
            } else if (guest < 1L << 30) {
                refuse(
                        "Memory hotplug is only available for VMs with at least 1Gi of guest memory",
                        SPEC + "domain.memory.guest");
            }
        }
    }

    private void volumes(JsonNode spec) {
        List<String> names = new ArrayList<>();
        for (JsonNode volume : spec.path("volumes")) {
            String name = volume.path("name").asText();
            if (names.contains(name)) {
                refuse(
                        "spec.template.spec.volumes[%d] and spec.template.spec.volumes[%d] must not have the same Name."
                                .formatted(names.size(), names.indexOf(name)),
                        SPEC + "volumes[%d].name".formatted(names.size()));
            }
            names.add(name);
        }
        int index = 0;
        for (JsonNode disk : spec.path("domain").path("devices").path("disks")) {
            String field = SPEC + "domain.devices.disks[%d]".formatted(index);
            String bus = disk.path("disk").path("bus").asText("virtio");
            if (!names.contains(disk.path("name").asText())) {
                refuse(
                        "%s.Name '%s' not found."
                                .formatted(field, disk.path("name").asText()),
                        field + ".name");
            }
            if (!BUSES.contains(bus)) {
                refuse(
                        "%s is set with an unrecognized bus %s, must be one of: [virtio scsi sata usb]"
                                .formatted(field, bus),
                        field + ".disk.bus");
            }
            index++;
        }
    }

    private void interfaces(JsonNode spec) {
        Set<String> networks = new HashSet<>();
        spec.path("networks")
                .forEach(network -> networks.add(network.path("name").asText()));
        int index = 0;
        for (JsonNode nic : spec.path("domain").path("devices").path("interfaces")) {
            String field = SPEC + "domain.devices.interfaces[%d].".formatted(index++);
            String name = nic.path("name").asText();
            String mac = nic.path("macAddress").asText();
            if (!networks.contains(name)) {
                refuse("%sname '%s' not found.".formatted(field, name), field + "name");
            }
            if (!mac.isEmpty() && !MAC.matcher(mac).matches()) {
                refuse("interface %sname has malformed MAC address (%s).".formatted(field, mac), field + "macAddress");
            }
        }
    }

    private void rest(JsonNode spec) {
        String strategy = spec.path("evictionStrategy").asText();
        if (!strategy.isEmpty() && !EVICTION.contains(strategy)) {
            String field = SPEC + "evictionStrategy";
            refuse(field + " is set with an unrecognized option: " + strategy, field);
        }
        String machine = spec.path("domain").path("machine").path("type").asText("q35");
        if (!machine.startsWith("q35") && !machine.startsWith("pc-q35")) {
            String field = SPEC + "domain.machine.type";
            refuse("%s is not supported: %s (allowed values: [q35* pc-q35*])".formatted(field, machine), field);
        }
    }
}
