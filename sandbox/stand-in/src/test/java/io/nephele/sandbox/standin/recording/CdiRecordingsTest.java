package io.nephele.sandbox.standin.recording;

import static org.junit.jupiter.api.Assumptions.abort;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.sandbox.controlplane.ApiServerExtension;
import io.nephele.sandbox.controlplane.ControlPlane;
import io.nephele.sandbox.standin.StandInCrds;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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

    private static final int AT_A_TIME = 6;

    private static KubernetesClient client;
    private static CdiUnderTest cdi;
    private static CdiLab lab;
    private static Watched watched;
    private static Calls calls;
    private static ExecutorService stages;

    @BeforeAll
    static void start(ControlPlane controlPlane) throws Exception {
        client = controlPlane.adminClient();
        StandInCrds.install(client);
        cdi = new CdiUnderTest(client, controlPlane);
        lab = new CdiLab(client);
        watched = new Watched(client, CdiActions.WATCHED);
        calls = new Calls(controlPlane);
        stages = Executors.newFixedThreadPool(AT_A_TIME);
    }

    @AfterAll
    static void stop() {
        stages.shutdownNow();
        calls.close();
        watched.close();
        lab.close();
        cdi.close();
        client.close();
    }

    /** They play at the same time, each in its own namespaces. */
    @TestFactory
    Stream<DynamicTest> theStandInDoesWhatTheRealOneDid() {
        String only = System.getProperty("recording", "");
        Map<Scenario, Future<?>> played = new LinkedHashMap<>();
        var collector = CompletableFuture.runAsync(
                () -> GarbageCollector.awaitItKnows(calls, CdiActions.DATA_VOLUME), Thread::startVirtualThread);
        for (Scenario scenario : CdiScenarios.ALL) {
            if (scenario.name().startsWith(only)) {
                played.put(scenario, stages.submit(() -> {
                    if (CdiScenarios.DELETING.contains(scenario.name())) {
                        collector.join();
                    }
                    play(scenario);
                }));
            }
        }
        var down = DynamicTest.dynamicTest(CdiScenarios.DOWN.name(), () -> play(CdiScenarios.DOWN));
        var together = played.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey().name(), () -> {
                    try {
                        entry.getValue().get();
                    } catch (ExecutionException e) {
                        if (e.getCause() instanceof AssertionError difference) {
                            throw difference;
                        }
                        throw new CompletionException(e.getCause());
                    }
                }));
        var not = CdiScenarios.NOT_YET.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> abort(entry.getValue())));
        return Stream.of(together, only.isEmpty() ? Stream.of(down) : Stream.<DynamicTest>of(), not)
                .flatMap(Function.identity());
    }

    private static void play(Scenario scenario) {
        new Replay(new CdiActions(lab, cdi).subject(), scenario, watched, calls).run();
    }
}
