package io.nephele.sandbox.standin.kubevirt;

import java.time.Duration;

/**
 * How long things take. The order of what is seen does not depend on it.
 *
 * @param scheduling from the pod to the node
 * @param podStart until the containers are ready
 * @param boot from there until the guest runs
 * @param shutdown of a guest that is asked to
 * @param cleanup from the end of a guest until VMI and pod are gone: {@code Stopped} shows that much earlier
 * @param resize from the change of a running VMI until it is moved, which brings the change about
 * @param migration of a guest from one node to another
 * @param leave until the pod that a migration has left behind ends
 * @param report until virt-handler tells what it was asked to do with a guest
 * @param agent until the agent of a guest answers
 * @param grace what a second of a termination grace period lasts
 * @param backOff the unit of the quadratic delay after starts that failed; 10 s in KubeVirt
 */
public record Timings(
        Duration scheduling,
        Duration podStart,
        Duration boot,
        Duration shutdown,
        Duration cleanup,
        Duration resize,
        Duration migration,
        Duration leave,
        Duration report,
        Duration agent,
        Duration grace,
        Duration backOff) {

    /** Of {@code make run}: a start takes about a second. */
    public static final Timings SANDBOX = of(50, 400, 400, 500, 400, 500, 700, 1000, 50, 1000, 1000, 2000);

    /** Of tests. */
    public static final Timings FAST = of(5, 20, 30, 30, 60, 50, 50, 2500, 100, 50, 60, 100);

    private static Timings of(
            long scheduling,
            long podStart,
            long boot,
            long shutdown,
            long cleanup,
            long resize,
            long migration,
            long leave,
            long report,
            long agent,
            long grace,
            long backOff) {
        return new Timings(
                Duration.ofMillis(scheduling),
                Duration.ofMillis(podStart),
                Duration.ofMillis(boot),
                Duration.ofMillis(shutdown),
                Duration.ofMillis(cleanup),
                Duration.ofMillis(resize),
                Duration.ofMillis(migration),
                Duration.ofMillis(leave),
                Duration.ofMillis(report),
                Duration.ofMillis(agent),
                Duration.ofMillis(grace),
                Duration.ofMillis(backOff));
    }
}
