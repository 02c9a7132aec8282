package io.nephele.operator.instance;

import io.nephele.crds.AwsId;
import io.nephele.crds.image.Image;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceState;
import io.nephele.crds.instance.InstanceStatus;
import io.nephele.crds.instance.PowerState;
import io.nephele.crds.instancetype.InstanceType;
import io.nephele.crds.keypair.KeyPair;
import io.nephele.crds.volume.Volume;
import io.nephele.foreign.kubevirt.VirtualMachine;
import io.nephele.foreign.kubevirt.VirtualMachineInstance;
import org.jspecify.annotations.Nullable;

/**
 * What is there in the moment of a decision.
 *
 * @param image the one that the spec names, if this project may launch it
 * @param end how the last run ended; looked up only where that matters
 */
record Observed(
        Instance instance,
        @Nullable Volume rootVolume,
        @Nullable Image image,
        @Nullable InstanceType type,
        @Nullable KeyPair keyPair,
        @Nullable VirtualMachine vm,
        @Nullable VirtualMachineInstance vmi,
        End end) {

    /** How a run ended that nobody here has ended. */
    enum End {
        NOT_LOOKED_UP,

        /** From inside: the guest was shut down. */
        BY_GUEST,

        /** From outside: an eviction, or somebody deleted the VMI. */
        FROM_OUTSIDE
    }

    String id() {
        return AwsId.INSTANCE.of(instance);
    }

    @Nullable InstanceStatus status() {
        return instance.getStatus();
    }

    @Nullable InstanceState reportedState() {
        InstanceStatus status = instance.getStatus();
        return status == null ? null : status.state();
    }

    PowerState ordered() {
        return instance.getSpec().powerStateOrDefault();
    }

    boolean isBeingDeleted() {
        return instance.getMetadata().getDeletionTimestamp() != null;
    }

    /** The name of the root volume: the same one at every try, and another one for another Instance of the same name. */
    static String rootVolumeName(Instance instance) {
        return AwsId.VOLUME.derive(instance.getMetadata().getUid(), "root");
    }

    /**
     * Whether the VM should run by its strategy and does not, and KubeVirt will not start it: RerunOnFailure stays off after every clean end. A VM that was just made, a
     * crash and a back-off leave marks, which are looked at.
     */
    boolean isOffAfterCleanEnd() {
        VirtualMachine machine = vm;
        if (machine == null
                || vmi != null
                || machine.getStatus() == null
                || machine.getMetadata().getDeletionTimestamp() != null) {
            return false;
        }
        VirtualMachine.Status status = machine.getStatus();
        boolean startIsUnderway = status.stateChangeRequests() != null
                && !status.stateChangeRequests().isEmpty();
        return machine.getSpec().runStrategy().equals(VirtualMachine.RERUN_ON_FAILURE)
                && VirtualMachine.RERUN_ON_FAILURE.equals(status.runStrategy())
                && !startIsUnderway
                && status.startFailure() == null
                && !Boolean.TRUE.equals(status.created());
    }
}
