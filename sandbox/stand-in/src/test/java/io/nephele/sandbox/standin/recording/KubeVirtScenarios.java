package io.nephele.sandbox.standin.recording;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/** The recordings of KubeVirt, with what must be known to play them. */
final class KubeVirtScenarios {

    static final List<Scenario> ALL = List.of(
            of("s01-halted-start-stop"),
            // Two nodes, of which the first is of AMD.
            of("b-vendor-run")
                    .unwritten(98.3, "PUT vmi evacuate/cancel body {'evacuationNodeName': 'n1'}")
                    .unwritten(59.5, "PUT vmi evacuate/cancel body {'evacuationNodeName': 'n1'}")
                    .edited((kind, object) -> {
                        if (kind.equals("VirtualMachine")) {
                            object.withObject("/spec/template/spec/nodeSelector")
                                    .put("sandbox.nephele.io/rack", "1");
                            object.withObject(
                                            "/spec/template/spec/affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution/0/preference/matchExpressions/0")
                                    .putArray("values")
                                    .add("node-2");
                        }
                        return object;
                    })
                    .given("VirtualMachineInstanceMigration wrong", migration("wrong", "\"vmiName\": \"a\"")),
            of("b-always")
                    // If there is a VMI 20 ms after the start.
                    .racy("PUT subresource vm/a/start", "VM is already running")
                    .given("VirtualMachine a", named("a", "Always").toString()),
            of("b-extra")
                    .given("VirtualMachine a", named("a", "RerunOnFailure").toString())
                    .given(
                            "VirtualMachine it",
                            KubeVirtAnswers.vm(
                                            "/metadata/name",
                                            "\"it\"",
                                            "/spec/runStrategy",
                                            "\"RerunOnFailure\"",
                                            "/spec/instancetype",
                                            "{\"name\": \"nope\"}")
                                    .toString())
                    .given(
                            "VirtualMachine big",
                            KubeVirtAnswers.vm(
                                            "/metadata/name",
                                            "\"big\"",
                                            "/spec/runStrategy",
                                            "\"RerunOnFailure\"",
                                            "/spec/template/spec/domain/cpu/sockets",
                                            "1000")
                                    .toString())
                    .given(
                            "VirtualMachine neg",
                            KubeVirtAnswers.vm(
                                            "/metadata/name",
                                            "\"neg\"",
                                            "/spec/runStrategy",
                                            "\"RerunOnFailure\"",
                                            "/spec/template/spec/terminationGracePeriodSeconds",
                                            "-1")
                                    .toString())
                    .given(
                            "VirtualMachine " + "n".repeat(64),
                            named("n".repeat(64), "RerunOnFailure").toString()),
            of("b-ssa"),
            of("b-ssa2"),
            of("b-reject")
                    .given(
                            "VirtualMachine dv",
                            KubeVirtAnswers.vm("/metadata/name", "\"dv\"").toString()),
            of("b-subresources")
                    .given("VirtualMachine h", named("h", "Halted").toString())
                    .given("VirtualMachine m", named("m", "Manual").toString())
                    .given(
                            "VirtualMachine r",
                            slow(named("r", "RerunOnFailure")).toString())
                    .given("VirtualMachineInstanceMigration mp", migration("mp", "\"vmiName\": \"r\"")),
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
            of("s12-delete-running")
                    // Gone 0.2 s after, when the garbage collector has orphaned its VMI.
                    .racy("VirtualMachine o #1", "Terminating")
                    // Of a deletion in the foreground, garbage collector and virt-controller do the same at the same
                    // time.
                    .racy("events of VirtualMachine f", "SuccessfulDelete")
                    .racy("events of VirtualMachineInstance f", "SuccessfulDelete"),
            of("s08-migration")
                    .given("VirtualMachineInstanceMigration second", migration("second", "\"vmiName\": \"a\""))
                    .given("VirtualMachineInstanceMigration stopped", migration("stopped", "\"vmiName\": \"a\""))
                    .given("VirtualMachineInstanceMigration noname", migration("noname", ""))
                    .given(
                            "VirtualMachineInstanceMigration prio",
                            migration("prio", "\"vmiName\": \"a\", \"priority\": \"system-critical\"")),
            of("s08b-migration-interrupted"),
            of("s09-eviction"),
            of("s09b-evacuation-cancel"),
            of("s10-hotplug")
                    .given("PersistentVolumeClaim hp1", claim("hp1", "ReadWriteMany"))
                    .given("PersistentVolumeClaim hp2", claim("hp2", "ReadWriteMany"))
                    // Told while a claim was just being looked up, as often as not.
                    .racy("events of VirtualMachineInstance a", "EvictionStrategy is set but vmi is not migratable"),
            of("s14-volume-migration")
                    .given("PersistentVolumeClaim src", claim("src", "ReadWriteMany"))
                    .given("PersistentVolumeClaim dst", claim("dst", "ReadWriteMany"))
                    .given("PersistentVolumeClaim dst2", claim("dst2", "ReadWriteMany")),
            of("s15b-not-migratable")
                    // virt-handler lost its connection to the guest when it told of its end.
                    .racy("events of VirtualMachineInstance a", "Stopped")
                    // Its pod took its time to end.
                    .moving("POST eviction of launcher pod virt-launcher-b")
                    .given("PersistentVolumeClaim rwo", claim("rwo", "ReadWriteOnce"))
                    .given("VirtualMachineInstanceMigration no", migration("no", "\"vmiName\": \"a\"")),
            template("s13-agent", "deb", "agent", "debian"),
            boot("s15-not-migratable", "a", "fail").unwritten(196.4, "kubectl delete vm a"));

    /** Those that take longest begin first. */
    static final Set<String> LONG =
            Set.of("s12-delete-running", "b-always", "b-subresources", "s08-migration", "s10-hotplug");

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

    private static String migration(String name, String spec) {
        return """
                {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachineInstanceMigration", "metadata": {"name": "%s"}, "spec": {%s}}""".formatted(name, spec);
    }

    private static String claim(String name, String accessMode) {
        return """
                {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "%s"},
                 "spec": {"accessModes": ["%s"], "resources": {"requests": {"storage": "64Mi"}}}}""".formatted(name, accessMode);
    }

    private static ObjectNode named(String name, String strategy) {
        return KubeVirtAnswers.vm("/metadata/name", '"' + name + '"', "/spec/runStrategy", '"' + strategy + '"');
    }

    /** Whose guest takes its time to shut down, and to move. */
    private static ObjectNode slow(ObjectNode vm) {
        vm.withObject("/spec/template/metadata/annotations")
                .put("sandbox.nephele.io/ignores-shutdown", "5")
                .put("sandbox.nephele.io/migration", "hang");
        return vm;
    }

    private static Scenario of(String name) {
        return Scenario.of("kubevirt", name);
    }
}
