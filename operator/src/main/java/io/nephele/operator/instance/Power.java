package io.nephele.operator.instance;

import io.nephele.crds.instance.InstanceStatus;
import io.nephele.crds.instance.PowerState;
import io.nephele.foreign.kubevirt.VirtualMachine;
import io.nephele.foreign.kubevirt.VirtualMachineInstance;
import io.nephele.operator.Conditions;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which run strategy a VM must have now.
 *
 * <p>KubeVirt loses starts: after Halted was written it has to be seen in the VM's status, and the old run has to be gone, before RerunOnFailure is written. It also counts
 * only crashes before boot, so those after it are counted here.
 *
 * @param holdUntil the end of a back-off after crashes
 */
record Power(
        String runStrategy,
        InstanceStatus.@Nullable Crashes crashes,
        @Nullable Instant holdUntil) {

    /** So many crashes in a row are started again at once. */
    static final int FREE_CRASHES = 3;

    static final Duration FIRST_BACK_OFF = Duration.ofSeconds(10);
    static final Duration MAX_BACK_OFF = Duration.ofMinutes(5);

    /** A machine that ran so long starts counting anew. */
    static final Duration FORGIVEN_AFTER = Duration.ofMinutes(10);

    static Power of(Observed observed, Instant now) {
        InstanceStatus.Crashes crashes = countCrashes(observed, now);
        if (observed.ordered() != PowerState.Running) {
            return new Power(VirtualMachine.HALTED, null, null);
        }
        VirtualMachine vm = Objects.requireNonNull(observed.vm());
        Instant holdUntil = holdUntil(crashes);
        boolean hold = holdUntil != null && now.isBefore(holdUntil);
        VirtualMachineInstance vmi = observed.vmi();
        if (hold && (vmi == null || vmi.hasEnded())) {
            return new Power(VirtualMachine.HALTED, crashes, holdUntil);
        }
        if (vm.getSpec().runStrategy().equals(VirtualMachine.HALTED)) {
            String seen = vm.getStatus() == null ? null : vm.getStatus().runStrategy();
            boolean settled = vmi == null && (seen == null || seen.equals(VirtualMachine.HALTED));
            return new Power(settled ? VirtualMachine.RERUN_ON_FAILURE : VirtualMachine.HALTED, crashes, null);
        }
        // A clean end from outside, such as an eviction, leaves it off: the way on is through Halted.
        boolean toggle = observed.isOffAfterCleanEnd() && observed.end() == Observed.End.FROM_OUTSIDE;
        return new Power(toggle ? VirtualMachine.HALTED : VirtualMachine.RERUN_ON_FAILURE, crashes, null);
    }

    private static InstanceStatus.@Nullable Crashes countCrashes(Observed observed, Instant now) {
        InstanceStatus.Crashes before =
                observed.status() == null ? null : observed.status().crashes();
        VirtualMachineInstance vmi = observed.vmi();
        if (observed.ordered() != PowerState.Running
                || vmi == null
                || !vmi.phase().equals("Failed")
                || !vmi.wasRunning()) {
            return before;
        }
        String uid = vmi.getMetadata().getUid();
        if (before != null && uid.equals(before.vmiUid())) {
            return before;
        }
        boolean forgiven = before == null
                || Duration.between(Instant.parse(before.lastAt()), now).compareTo(FORGIVEN_AFTER) > 0;
        int count = forgiven || before == null ? 1 : before.count() + 1;
        return new InstanceStatus.Crashes(count, Conditions.timestamp(now), uid);
    }

    private static @Nullable Instant holdUntil(InstanceStatus.@Nullable Crashes crashes) {
        if (crashes == null || crashes.count() <= FREE_CRASHES) {
            return null;
        }
        int doublings = Math.min(crashes.count() - FREE_CRASHES - 1, 10);
        Duration backOff = FIRST_BACK_OFF.multipliedBy(1L << doublings);
        return Instant.parse(crashes.lastAt()).plus(backOff.compareTo(MAX_BACK_OFF) > 0 ? MAX_BACK_OFF : backOff);
    }
}
