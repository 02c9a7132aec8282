package io.nephele.sandbox.standin.recording;

import java.util.List;

/** The recordings of KubeVirt, with what must be known to play them. */
final class KubeVirtScenarios {

    static final List<Scenario> ALL = List.of(
            of("s01-halted-start-stop"),
            of("s02-create-running"),
            of("s03a-guest-poweroff-rerunonfailure"),
            of("s03b-poweroff-always"),
            of("s03c-guest-poweroff-manual"),
            of("s03d-guest-poweroff-once"),
            of("s04-reboot-restart-pause"),
            of("s05-crash-always"),
            of("s05-crash-rerunonfailure"),
            boot("s05b-crashloop-before-running", "a", "hang"),
            of("s06-stop-grace"),
            boot("s07-unschedulable-pvc", "c", "no-image")
                    // Between two writes of the VMI that follow each other at once.
                    .racy("VirtualMachine a #1", "Stopping")
                    .racy("VirtualMachine b #1", "Starting"),
            of("s11-live-changes"),
            of("s12-delete-running"),
            template("s13-agent", "deb", "agent", "debian"),
            boot("s15-not-migratable", "a", "fail").unwritten(196.4, "kubectl delete vm a"));

    private KubeVirtScenarios() {}

    /** Says to the stand-in how the start of a VM went wrong. */
    private static Scenario boot(String recording, String vm, String fault) {
        return template(recording, vm, "boot", fault);
    }

    private static Scenario template(String recording, String vm, String annotation, String value) {
        return of(recording).edited((kind, object) -> {
            if (object.at("/metadata/name").asText().equals(vm)) {
                object.withObject("/spec/template/metadata/annotations").put("sandbox.nephele.io/" + annotation, value);
            }
            return object;
        });
    }

    private static Scenario of(String name) {
        return Scenario.of("kubevirt", name);
    }
}
