package io.nephele.sandbox.standin.recording;

import static org.junit.jupiter.api.Assumptions.abort;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.sandbox.controlplane.ApiServerExtension;
import io.nephele.sandbox.controlplane.ControlPlane;
import io.nephele.sandbox.standin.StandInCrds;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** The stand-in does what a real CDI did in each of its recordings. */
@ExtendWith(ApiServerExtension.class)
class CdiRecordingsTest {

    private static KubernetesClient client;
    private static CdiUnderTest cdi;
    private static CdiLab lab;
    private static Watched watched;
    private static Calls calls;
    private static Stages stages;

    @BeforeAll
    static void start(ControlPlane controlPlane) throws Exception {
        client = controlPlane.adminClient();
        StandInCrds.install(client);
        cdi = new CdiUnderTest(client, controlPlane);
        lab = new CdiLab(client);
        watched = new Watched(client, CdiActions.WATCHED);
        calls = new Calls(controlPlane);
        stages = new Stages();
    }

    @AfterAll
    static void stop() {
        stages.close();
        calls.close();
        watched.close();
        lab.close();
        cdi.close();
        client.close();
    }

    @TestFactory
    Stream<DynamicTest> theStandInDoesWhatTheRealOneDid() {
        String only = System.getProperty("recording", "");
        var collector = CompletableFuture.runAsync(
                () -> GarbageCollector.awaitItKnows(calls, CdiActions.DATA_VOLUME), Thread::startVirtualThread);
        for (Scenario scenario : CdiScenarios.ALL) {
            if (scenario.name().startsWith(only)) {
                stages.play(scenario, () -> {
                    if (CdiScenarios.DELETING.contains(scenario.name())) {
                        collector.join();
                    }
                    play(scenario);
                });
            }
        }
        var down = DynamicTest.dynamicTest(CdiScenarios.DOWN.name(), () -> play(CdiScenarios.DOWN));
        var not = CdiScenarios.NOT_YET.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> abort(entry.getValue())));
        return Stream.of(stages.tests(), only.isEmpty() ? Stream.of(down) : Stream.<DynamicTest>of(), not)
                .flatMap(Function.identity());
    }

    private static void play(Scenario scenario) {
        new Replay(new CdiActions(lab, cdi).subject(), scenario, watched, calls).run();
    }
}
