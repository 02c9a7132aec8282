package io.nephele.operator.instance;

import io.fabric8.kubernetes.api.model.Secret;
import io.nephele.crds.volume.Volume;
import io.nephele.foreign.kubevirt.VirtualMachine;

/** What a decision wants done. Each can be done twice without harm. */
sealed interface Action {

    /** Makes the root volume; one that is there is left alone. */
    record CreateVolume(Volume volume) implements Action {}

    /** Makes a Secret whose name follows from its content. */
    record CreateSecret(Secret secret) implements Action {}

    /** Server-side apply of the VM. */
    record ApplyVm(VirtualMachine vm) implements Action {}

    record DeleteVm() implements Action {}

    /** The second step of a forced stop, after Halted was written: no more waiting for the guest. */
    record CutPower() implements Action {}

    /** Presses the reset button in the guest's operating system. */
    record Reboot() implements Action {}

    record DeleteVolume(Volume volume) implements Action {}

    record DetachVolume(Volume volume) implements Action {}

    /** The hour of a terminated Instance is over. */
    record DeleteInstance() implements Action {}
}
