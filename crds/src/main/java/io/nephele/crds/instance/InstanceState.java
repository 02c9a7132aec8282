package io.nephele.crds.instance;

import org.jspecify.annotations.Nullable;

/** Where an Instance is, in EC2's terms. */
public enum InstanceState {
    Pending(0, "pending"),
    Running(16, "running"),
    ShuttingDown(32, "shutting-down"),
    Terminated(48, "terminated"),
    Stopping(64, "stopping"),
    Stopped(80, "stopped");

    private final int code;
    private final String awsName;

    InstanceState(int code, String awsName) {
        this.code = code;
        this.awsName = awsName;
    }

    public int code() {
        return code;
    }

    public String awsName() {
        return awsName;
    }

    /**
     * The state that clients are shown. The user's last order counts at once, before the operator has seen it, so that a client that waits never sees a state from
     * before its order: botocore's waiters give up on {@code stopping} while they wait for {@code running}, and the like.
     */
    public static InstanceState shown(Instance instance) {
        InstanceSpec spec = instance.getSpec();
        InstanceStatus status = instance.getStatus();
        InstanceState reported = status == null ? null : status.state();
        boolean deleted = instance.getMetadata().getDeletionTimestamp() != null;
        return shown(deleted ? PowerState.Terminated : spec.powerStateOrDefault(), reported);
    }

    static InstanceState shown(PowerState ordered, @Nullable InstanceState reported) {
        if (reported == Terminated) {
            return Terminated;
        }
        return switch (ordered) {
            case Terminated -> ShuttingDown;
            case Stopped -> reported == Stopped ? Stopped : Stopping;
            case Running -> reported == Running ? Running : Pending;
        };
    }
}
