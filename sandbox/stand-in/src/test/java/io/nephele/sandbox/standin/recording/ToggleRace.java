package io.nephele.sandbox.standin.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.recording.Recording.Line;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * A stopped VM whose run strategy is written Halted and RerunOnFailure again: whether it starts is a race, in the recordings s16 and s16b and here. The rule behind it is not: it
 * starts if KubeVirt has shown {@code status.runStrategy: Halted} in between, and only then.
 */
record ToggleRace(Watched watched, Calls calls, String namespace) {

    private static final int VMS = 5;
    private static final int ROUNDS = 4;

    /** One toggle of one VM. */
    record Toggle(boolean seen, boolean started) {}

    /** The toggles that a watch of VMs has shown. */
    static List<Toggle> toggles(List<Line> lines) {
        Map<String, List<ObjectNode>> byVm = lines.stream()
                .filter(line -> line.kind().equals("VirtualMachine") && !line.isDeletion())
                .collect(Collectors.groupingBy(Line::name, Collectors.mapping(Line::object, Collectors.toList())));
        List<Toggle> toggles = new ArrayList<>();
        byVm.values().forEach(states -> togglesOfOne(states, toggles));
        return toggles;
    }

    private static void togglesOfOne(List<ObjectNode> states, List<Toggle> toggles) {
        String before = "";
        boolean toggled = false;
        boolean seen = false;
        boolean started = false;
        for (ObjectNode state : states) {
            String wanted = state.at("/spec/runStrategy").asText();
            if (wanted.equals("Halted") && !before.equals("Halted")) {
                if (toggled) {
                    toggles.add(new Toggle(seen, started));
                }
                toggled = true;
                seen = false;
                started = false;
            }
            seen |= toggled && state.at("/status/runStrategy").asText().equals("Halted");
            started |= toggled && state.at("/status/created").asBoolean();
            before = wanted;
        }
        if (toggled) {
            toggles.add(new Toggle(seen, started));
        }
    }

    /** Does it to several VMs at the same time, again and again. */
    void run() {
        calls.call("POST", "/api/v1/namespaces", "application/json", """
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "%s"}}""".formatted(namespace));
        for (int i = 0; i < VMS; i++) {
            ObjectNode vm =
                    KubeVirtAnswers.vm("/metadata/name", "\"v" + i + "\"", "/spec/runStrategy", "\"RerunOnFailure\"");
            calls.call("POST", Actions.path(KubeVirtActions.VM, namespace, ""), "application/json", vm.toString());
        }
        for (int round = 0; round < ROUNDS; round++) {
            settled();
            powerOff();
            toggle();
        }
        settled();
        List<Toggle> toggles = toggles(watched.after(namespace, 0));
        assertThat(toggles)
                .hasSize(VMS * ROUNDS)
                .allSatisfy(toggle -> assertThat(toggle.started()).isEqualTo(toggle.seen()));
    }

    private void settled() {
        int[] before = {-1};
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(150))
                .until(() -> {
                    int now = watched.after(namespace, 0).size();
                    boolean same = now == before[0];
                    before[0] = now;
                    return same;
                });
    }

    private void powerOff() {
        for (int i = 0; i < VMS; i++) {
            calls.call("PATCH", Actions.path(KubeVirtActions.VMI, namespace, "v" + i), Calls.MERGE_PATCH, """
                    {"metadata": {"annotations": {"sandbox.nephele.io/guest": "poweroff"}}}""");
        }
        await().atMost(Duration.ofSeconds(20))
                .until(() -> calls.call("GET", Actions.path(KubeVirtActions.VMI, namespace, ""), "", "")
                        .body()
                        .contains("\"items\":[]"));
        settled();
    }

    private void toggle() {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < VMS; i++) {
                String path = Actions.path(KubeVirtActions.VM, namespace, "v" + i);
                all.add(threads.submit(() -> {
                    for (String strategy : List.of("Halted", "RerunOnFailure")) {
                        calls.call(
                                "PATCH",
                                path,
                                Calls.MERGE_PATCH,
                                "{\"spec\": {\"runStrategy\": \"" + strategy + "\"}}");
                    }
                }));
            }
            all.forEach(future -> assertThat(future).succeedsWithin(Duration.ofSeconds(20)));
        }
    }
}
