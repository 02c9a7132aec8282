package io.nephele.sandbox.standin.recording;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Scenarios that play at the same time, each in its own namespaces, and each told as a test of its own. */
final class Stages implements AutoCloseable {

    private static final int AT_A_TIME = 6;

    private final ExecutorService stages = Executors.newFixedThreadPool(AT_A_TIME);
    private final Map<String, Future<?>> played = new LinkedHashMap<>();

    void play(Scenario scenario, Runnable play) {
        played.put(scenario.name(), stages.submit(play));
    }

    /** In the order in which they were given to play. */
    Stream<DynamicTest> tests() {
        return played.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> outcome(entry.getValue())));
    }

    private static void outcome(Future<?> play) throws InterruptedException {
        try {
            play.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError difference) {
                throw difference;
            }
            throw new CompletionException(e.getCause());
        }
    }

    @Override
    public void close() {
        stages.shutdownNow();
    }
}
