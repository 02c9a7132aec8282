package io.nephele.sandbox.standin.cdi;

import io.nephele.sandbox.standin.Steps;
import java.time.Duration;

/** The pods that fill claims. They are not shown, but they take their time, and are started again when they have failed. */
record Pods(Reports reports, Timings timings, Steps steps) {

    /** Whether the time has passed that a pod takes to get there. */
    boolean due(DataVolume dataVolume, String step) {
        return due(dataVolume, step, timings.scheduling());
    }

    /** Whether {@code after} has passed since this was first asked. */
    boolean due(DataVolume dataVolume, String step, Duration after) {
        return steps.due(dataVolume.uid(), dataVolume.key(), step, after);
    }

    /** Starts a failed one again, once its back-off is over. */
    void retry(DataVolume dataVolume) {
        int restarts = dataVolume.restarts();
        if (due(dataVolume, "Retry " + restarts, timings.retry(restarts))) {
            reports.on(dataVolume)
                    .transferring("Pod is running")
                    .restarts(restarts + 1)
                    .send();
        }
    }

    void forget(DataVolume dataVolume) {
        steps.forget(dataVolume.uid());
    }
}
