package io.nephele.sandbox.standin;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A work queue as Kubernetes controllers have it: a key is worked on by one thread at a time, keys added while it is worked on are worked on once more, a failed one
 * comes back with growing delay.
 */
public final class KeyedQueue implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeyedQueue.class);
    private static final long MAX_BACKOFF_MILLIS = 5_000;

    /** Brings one object to where it should be; an exception means: try again. */
    @FunctionalInterface
    public interface Worker {
        void work(String key) throws Exception;
    }

    private final String name;
    private final Worker worker;
    private final Semaphore slots;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("stand-in-timer").factory());
    private final Set<String> waiting = new HashSet<>();
    private final Set<String> running = new HashSet<>();
    private final Map<String, Integer> failures = new HashMap<>();
    private boolean closed;

    /** Works on up to {@code parallelism} keys at a time. */
    public KeyedQueue(String name, int parallelism, Worker worker) {
        this.name = name;
        this.worker = worker;
        this.slots = new Semaphore(parallelism);
    }

    /** Asks that {@code key} be worked on soon, after everything that was known when this was called. */
    public synchronized void add(String key) {
        if (closed || !waiting.add(key) || running.contains(key)) {
            return;
        }
        running.add(key);
        Thread.startVirtualThread(() -> run(key));
    }

    /** Asks that {@code key} be worked on after {@code delay}. */
    public synchronized void addAfter(String key, Duration delay) {
        if (!closed) {
            var _ = timer.schedule(() -> add(key), delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void run(String key) {
        do {
            slots.acquireUninterruptibly();
            try {
                synchronized (this) {
                    waiting.remove(key);
                }
                worker.work(key);
                synchronized (this) {
                    failures.remove(key);
                }
            } catch (Exception e) {
                retry(key, e);
            } finally {
                slots.release();
            }
        } while (again(key));
    }

    private synchronized boolean again(String key) {
        if (!closed && waiting.contains(key)) {
            return true;
        }
        running.remove(key);
        return false;
    }

    private void retry(String key, Exception e) {
        int count;
        synchronized (this) {
            if (closed) {
                return;
            }
            count = failures.merge(key, 1, Integer::sum);
        }
        if (count > 3) {
            LOG.warn("{} {} failed {} times", name, key, count, e);
        }
        addAfter(key, Duration.ofMillis(Math.min(MAX_BACKOFF_MILLIS, 10L << Math.min(count, 10))));
    }

    @Override
    public synchronized void close() {
        closed = true;
        timer.shutdownNow();
    }
}
