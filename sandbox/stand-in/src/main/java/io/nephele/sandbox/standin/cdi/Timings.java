package io.nephele.sandbox.standin.cdi;

import java.time.Duration;

/**
 * How long things take.
 *
 * @param scheduling of a helper pod
 * @param transfer of an image over the network
 * @param progress how often progress is told meanwhile
 * @param copy of a volume
 * @param retry after an import that failed
 */
public record Timings(Duration scheduling, Duration transfer, Duration progress, Duration copy, Duration retry) {

    /** Of {@code make run}. */
    public static final Timings SANDBOX = of(150, 2000, 400, 250, 3000);

    /** Of tests. */
    public static final Timings FAST = of(10, 60, 20, 20, 100);

    private static Timings of(long scheduling, long transfer, long progress, long clone, long retry) {
        return new Timings(
                Duration.ofMillis(scheduling),
                Duration.ofMillis(transfer),
                Duration.ofMillis(progress),
                Duration.ofMillis(clone),
                Duration.ofMillis(retry));
    }
}
