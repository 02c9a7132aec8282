package io.nephele.sandbox.standin.recording;

import java.util.List;

/** The recordings of KubeVirt, with what must be known to play them. */
final class KubeVirtScenarios {

    static final List<Scenario> ALL = List.of(of("s01-halted-start-stop"), of("s02-create-running"));

    private KubeVirtScenarios() {}

    private static Scenario of(String name) {
        return Scenario.of("kubevirt", name);
    }
}
