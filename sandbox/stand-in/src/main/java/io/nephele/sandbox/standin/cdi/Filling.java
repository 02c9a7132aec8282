package io.nephele.sandbox.standin.cdi;

import io.nephele.sandbox.standin.cdi.Contents.Progress;
import io.nephele.sandbox.standin.cdi.Source.Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** Work on the contents of one claim, on a thread of its own. */
final class Filling {

    /** The work; it tells of its progress in percent. */
    @FunctionalInterface
    interface Task {
        @Nullable Failure run(DoubleConsumer percent) throws IOException, InterruptedException;
    }

    private final int run;
    private final Duration interval;
    private final Runnable changed;
    private final Thread thread;
    private volatile Progress progress = Progress.WAITING;
    private volatile boolean cancelled;
    private long told = System.nanoTime();

    /**
     * Starts at once.
     *
     * @param run its number
     * @param interval how often progress is told
     * @param changed called when there is more to say
     */
    Filling(int run, Duration interval, Runnable changed, Task task) {
        this.run = run;
        this.interval = interval;
        this.changed = changed;
        thread = Thread.ofVirtual().name("stand-in-filling").unstarted(() -> work(task));
    }

    Filling start() {
        thread.start();
        return this;
    }

    int run() {
        return run;
    }

    Progress progress() {
        return progress;
    }

    /** Ends it; nothing is at work any more when this returns. */
    void cancel() throws InterruptedException {
        cancelled = true;
        thread.interrupt();
        thread.join();
    }

    private void work(Task task) {
        Progress end;
        try {
            Failure failure = task.run(this::tell);
            end = failure == null ? Progress.DONE : new Progress.Failed(failure);
        } catch (IOException | RuntimeException e) {
            end = new Progress.Failed(Failure.toProcess(String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            end = Progress.WAITING;
        }
        if (!cancelled) {
            progress = end;
            changed.run();
        }
    }

    private void tell(double percent) {
        progress = new Progress.Running(percent);
        if (System.nanoTime() - told >= interval.toNanos()) {
            told = System.nanoTime();
            changed.run();
        }
    }
}
