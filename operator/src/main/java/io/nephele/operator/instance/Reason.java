package io.nephele.operator.instance;

/** The reasons of an Instance's condition Ready. */
enum Reason {
    Running,
    Stopped,
    Terminated,

    /** All goes its way. */
    Launching,
    Stopping,
    ShuttingDown,

    ImageNotFound,
    ImageNotReady,
    InstanceTypeNotFound,
    KeyPairNotFound,

    /** The root volume is being filled, or cannot be; the Volume says more. */
    VolumeNotReady,

    /** It was there once. It is not made again, because an empty disk in its place would look like the machine. */
    RootVolumeMissing,

    /** A limit of the project stands against its root volume. */
    QuotaExceeded,

    /** No node has room. */
    InsufficientCapacity,

    /** It ended again and again by itself, and waits before the next start. */
    CrashLoop,

    /** The VM was gone and is made again from the same disk. */
    VmLost,

    /** KubeVirt has refused the VM or cannot start it. */
    VmFailure;

    /** Whether an event should tell of it. */
    boolean isTrouble() {
        return switch (this) {
            case Running, Stopped, Terminated, Launching, Stopping, ShuttingDown, ImageNotReady, VolumeNotReady ->
                false;
            case ImageNotFound,
                    InstanceTypeNotFound,
                    KeyPairNotFound,
                    RootVolumeMissing,
                    QuotaExceeded,
                    InsufficientCapacity,
                    CrashLoop,
                    VmLost,
                    VmFailure -> true;
        };
    }
}
