package io.nephele.crds.instance;

/** What a shutdown from inside the guest means. */
public enum ShutdownBehavior {
    Stop,
    Terminate
}
