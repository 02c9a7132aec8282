package io.nephele.crds.project;

/** What becomes of running Instances when a project is suspended or expires. */
public enum OnSuspension {
    KeepRunning,
    Stop
}
