package io.nephele.sandbox.standin.cdi;

import java.time.Duration;

/**
 * How long things take.
 *
 * @param scheduling of a helper pod
 * @param transfer of an image over the network
 * @param progress how often progress is told meanwhile
 * @param copy of a volume
 * @param retry after an import that failed; twice as long after each further failure
 * @param retryLimit longer than this is not waited
 */
public record Timings(
        Duration scheduling, Duration transfer, Duration progress, Duration copy, Duration retry, Duration retryLimit) {

    /** Of {@code make run}. */
    public static final Timings SANDBOX = of(75, 2000, 400, 250, 1000, 8000);

    /** Of tests. */
    public static final Timings FAST = of(10, 60, 20, 20, 10, 3000);

    private static Timings of(long scheduling, long transfer, long progress, long copy, long retry, long limit) {
        return new Timings(
                Duration.ofMillis(scheduling),
                Duration.ofMillis(transfer),
                Duration.ofMillis(progress),
                Duration.ofMillis(copy),
                Duration.ofMillis(retry),
                Duration.ofMillis(limit));
    }

    /** How long to wait after so many failures. */
    Duration retry(int failures) {
        Duration doubled = retry.multipliedBy(1L << Math.min(failures, 20));
        return doubled.compareTo(retryLimit) < 0 ? doubled : retryLimit;
    }
}
