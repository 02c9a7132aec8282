package io.nephele.sandbox.launcher.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** A number of clients that share a list of work. */
final class Parallel {

    private Parallel() {}

    /** Runs {@code work} for 0 to {@code count} - 1 by {@code clients} threads and returns how long it took. */
    static Duration run(int clients, int count, IntConsumer work) throws InterruptedException {
        var next = new AtomicInteger();
        var done = new ArrayList<Future<?>>();
        long started = System.nanoTime();
        try (var executor = Executors.newFixedThreadPool(clients)) {
            for (int client = 0; client < clients; client++) {
                done.add(executor.submit(() -> {
                    for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                        work.accept(i);
                    }
                }));
            }
            for (Future<?> future : done) {
                future.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        return Duration.ofNanos(System.nanoTime() - started);
    }
}
