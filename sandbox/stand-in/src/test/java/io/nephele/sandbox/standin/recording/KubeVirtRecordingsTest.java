package io.nephele.sandbox.standin.recording;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.sandbox.controlplane.ApiServerExtension;
import io.nephele.sandbox.controlplane.ControlPlane;
import io.nephele.sandbox.standin.HttpsEndpoint;
import io.nephele.sandbox.standin.StandInCrds;
import io.nephele.sandbox.standin.cdi.Cdi;
import io.nephele.sandbox.standin.kubevirt.KubeVirt;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** The stand-in does what a real KubeVirt did in each of its recordings. */
@ExtendWith(ApiServerExtension.class)
class KubeVirtRecordingsTest {

    private static KubernetesClient client;
    private static HttpsEndpoint https;
    private static Cdi cdi;
    private static KubeVirt kubeVirt;
    private static Watched watched;
    private static Calls calls;
    private static Stages stages;

    @BeforeAll
    static void start(ControlPlane controlPlane) throws Exception {
        client = controlPlane.adminClient();
        StandInCrds.install(client);
        https = new HttpsEndpoint(controlPlane.pki(), 0);
        cdi = Cdi.start(client, https, io.nephele.sandbox.standin.cdi.Timings.FAST);
        kubeVirt = KubeVirt.start(client, https, io.nephele.sandbox.standin.kubevirt.Timings.FAST, 4);
        watched = new Watched(client, KubeVirtActions.WATCHED);
        calls = new Calls(controlPlane);
        stages = new Stages();
    }

    @AfterAll
    static void stop() {
        stages.close();
        calls.close();
        watched.close();
        kubeVirt.close();
        cdi.close();
        https.close();
        client.close();
    }

    @TestFactory
    Stream<DynamicTest> theStandInDoesWhatTheRealOneDid() {
        for (Scenario scenario : scenarios()) {
            var subject = KubeVirtActions.subject();
            stages.play(scenario, () -> new Replay(subject, scenario, watched, calls).run());
        }
        return stages.tests();
    }

    private static List<Scenario> scenarios() {
        String only = System.getProperty("recording", "");
        return KubeVirtScenarios.ALL.stream()
                .filter(s -> s.name().startsWith(only))
                .sorted(Comparator.comparing(s -> !KubeVirtScenarios.LONG.contains(s.name())))
                .toList();
    }

    @Test
    void aStartIsLostWhereItWasLostInTheRecordings() {
        List<ToggleRace.Toggle> alone =
                ToggleRace.toggles(Recording.read("kubevirt", "s16-toggle-race").lines());
        List<ToggleRace.Toggle> parallel = ToggleRace.toggles(
                Recording.read("kubevirt", "s16b-toggle-race-parallel").lines());
        assertThat(alone).hasSize(11);
        assertThat(parallel).hasSize(15).filteredOn(toggle -> !toggle.started()).hasSize(6);
        assertThat(Stream.concat(alone.stream(), parallel.stream()))
                .allSatisfy(toggle -> assertThat(toggle.started()).isEqualTo(toggle.seen()));
        new ToggleRace(watched, calls, "s16b-toggle-race-parallel").run();
    }
}
