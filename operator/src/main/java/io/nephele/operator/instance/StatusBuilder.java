package io.nephele.operator.instance;

import io.fabric8.kubernetes.api.model.Condition;
import io.nephele.crds.AwsId;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceState;
import io.nephele.crds.instance.InstanceStatus;
import io.nephele.crds.instance.InstanceStatus.StateReason;
import io.nephele.crds.instance.PowerState;
import io.nephele.foreign.kubevirt.VirtualMachine;
import io.nephele.foreign.kubevirt.VirtualMachineInstance;
import io.nephele.operator.Conditions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The next status of an Instance, from what is seen: the table of EC2 states in one place. */
final class StatusBuilder {

    static final StateReason BY_USER =
            new StateReason("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown");
    /** As AWS says it. */
    private static final String VOLUME_LIMIT = "Client.VolumeLimitExceeded";

    static final StateReason BY_GUEST = new StateReason(
            "Client.InstanceInitiatedShutdown", "Client.InstanceInitiatedShutdown: Instance initiated shutdown");

    /** One text for the whole way of a first launch that goes well: every telling is a write. */
    static final String LAUNCHING = "The root volume is made, then the VM is started";

    /** What KubeVirt shows on the way of a start that goes well. */
    private static final Set<String> ON_THE_WAY = Set.of("Stopped", "Provisioning", "Starting", "Running");

    /** So long a start may take before it is told what it waits for: every telling is a write. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Observed observed;
    private final @Nullable InstanceStatus old;
    private final Instant now;
    private final Conditions conditions;
    private @Nullable String rootVolume;
    private @Nullable String rebootedAt;
    private InstanceStatus.@Nullable Crashes crashes;

    StatusBuilder(Observed observed, Instant now) {
        this.observed = observed;
        this.old = observed.status();
        this.now = now;
        this.conditions = new Conditions(
                old == null ? null : old.conditions(),
                observed.instance().getMetadata().getGeneration(),
                now);
        this.rootVolume = observed.rootVolume() != null
                ? observed.rootVolume().getMetadata().getName()
                : old == null ? null : old.rootVolume();
        this.rebootedAt = old == null ? null : old.rebootedAt();
        this.crashes = old == null ? null : old.crashes();
    }

    StatusBuilder rootVolume(String name) {
        rootVolume = name;
        return this;
    }

    StatusBuilder rebootedAt(String moment) {
        rebootedAt = moment;
        return this;
    }

    StatusBuilder crashes(InstanceStatus.@Nullable Crashes counted) {
        crashes = counted;
        return this;
    }

    StatusBuilder restartRequired(@Nullable String reason) {
        if (reason == null) {
            conditions.remove("RestartRequired");
        } else {
            conditions.set("RestartRequired", true, "TypeChanged", reason);
        }
        return this;
    }

    InstanceStatus shuttingDown(String message) {
        return build(InstanceState.ShuttingDown, ended(), Reason.ShuttingDown, message);
    }

    InstanceStatus terminated() {
        conditions.remove("RestartRequired");
        return build(
                InstanceState.Terminated,
                ended(),
                Reason.Terminated,
                "It is gone for good, and the object will follow");
    }

    InstanceStatus stopped() {
        conditions.remove("RestartRequired");
        return build(InstanceState.Stopped, ended(), Reason.Stopped, "It is off, as ordered");
    }

    InstanceStatus pending(Reason reason, String message) {
        StateReason why = reason == Reason.InsufficientCapacity
                ? new StateReason(
                        "Server.InsufficientInstanceCapacity", "Server.InsufficientInstanceCapacity: " + message)
                : reason == Reason.VmLost ? new StateReason("Server.VMLost", "Server.VMLost: " + message) : null;
        InstanceState state = observed.ordered() == PowerState.Stopped ? InstanceState.Stopping : InstanceState.Pending;
        return build(state, why, reason, message);
    }

    /** The guest has shut itself down. The state stays until that is the order too: clients are never shown one that goes against the order. */
    InstanceStatus endedByGuest() {
        InstanceState state = old == null || old.state() == null ? InstanceState.Pending : old.state();
        return build(state, BY_GUEST, Reason.ShuttingDown, "It was shut down from inside");
    }

    /** The status of an Instance that has a VM. */
    InstanceStatus of(Power power) {
        VirtualMachineInstance vmi = observed.vmi();
        if (observed.ordered() == PowerState.Stopped) {
            return vmi == null && halted()
                    ? stopped()
                    : build(InstanceState.Stopping, ended(), Reason.Stopping, "The guest is being shut down");
        }
        if (power.holdUntil() != null) {
            return pending(
                    Reason.CrashLoop,
                    "It ended by itself %d times in a row and is started again at %s"
                            .formatted(
                                    power.crashes() == null
                                            ? 0
                                            : power.crashes().count(),
                                    Conditions.timestamp(power.holdUntil())));
        }
        if (vmi != null && vmi.phase().equals("Running") && !vmi.isBeingDeleted()) {
            return build(InstanceState.Running, null, Reason.Running, "The guest is running");
        }
        if (vmi != null && vmi.phase().equals("Succeeded") && old != null && old.state() == InstanceState.Running) {
            return unchanged(); // why it ended is known when it is gone
        }
        if (vmi != null && vmi.phase().equals("Unknown") && old != null) {
            return unchanged();
        }
        if (observed.isOffAfterCleanEnd() && old != null && observed.end() == Observed.End.NOT_LOOKED_UP) {
            return unchanged();
        }
        return starting();
    }

    /** The same status, told what was refused. A root volume that was refused is not remembered as one that was there. */
    static InstanceStatus refused(Instance instance, InstanceStatus status, Actions.Refusal refusal, Instant now) {
        InstanceStatus told = refusal.reason() == Reason.QuotaExceeded
                ? status.withoutRootVolume(new StateReason(VOLUME_LIMIT, refusal.message()))
                : status;
        return told.withConditions(
                new Conditions(status.conditions(), instance.getMetadata().getGeneration(), now)
                        .set("Ready", false, refusal.reason().name(), refusal.message())
                        .toList());
    }

    private InstanceStatus starting() {
        VirtualMachine vm = observed.vm();
        VirtualMachineInstance vmi = observed.vmi();
        Condition scheduled = vmi == null || vmi.getStatus() == null
                ? null
                : Conditions.find(vmi.getStatus().conditions(), "PodScheduled");
        boolean impatient = isImpatient();
        if (impatient && scheduled != null && "False".equals(scheduled.getStatus())) {
            return pending(Reason.InsufficientCapacity, scheduled.getMessage());
        }
        Condition failure = vm == null || vm.getStatus() == null
                ? null
                : Conditions.find(vm.getStatus().conditions(), "Failure");
        if (failure != null && "True".equals(failure.getStatus())) {
            return pending(Reason.VmFailure, failure.getReason() + ": " + failure.getMessage());
        }
        if (vm != null && vm.getStatus() != null && vm.getStatus().startFailure() != null) {
            return pending(
                    Reason.CrashLoop,
                    "KubeVirt could not start it %d times in a row and tries again"
                            .formatted(vm.getStatus().startFailure().consecutiveFailCount()));
        }
        if (impatient
                && vm != null
                && vm.getStatus() != null
                && vm.getStatus().printableStatus() != null
                && !ON_THE_WAY.contains(vm.getStatus().printableStatus())) {
            return pending(Reason.Launching, "KubeVirt says: " + vm.getStatus().printableStatus());
        }
        boolean first = old == null || old.instanceType() == null;
        return pending(Reason.Launching, first ? LAUNCHING : "The VM is being started again");
    }

    /** Whether it takes longer than a start usually does. */
    private boolean isImpatient() {
        return old != null
                && old.state() == InstanceState.Pending
                && old.stateTransitionTime() != null
                && Duration.between(Instant.parse(old.stateTransitionTime()), now)
                                .compareTo(PATIENCE)
                        >= 0;
    }

    /** When to look again at a start that nothing may ever be heard of. */
    @Nullable Duration recheck(Power power) {
        Instant holdUntil = power.holdUntil();
        if (holdUntil != null) {
            return Duration.between(now, holdUntil).plusMillis(200);
        }
        boolean starts = observed.ordered() == PowerState.Running
                && (observed.vmi() == null || !observed.vmi().phase().equals("Running"));
        return starts && !isImpatient() ? PATIENCE.plusSeconds(1) : null;
    }

    private boolean halted() {
        VirtualMachine vm = observed.vm();
        return vm == null || vm.getSpec().runStrategy().equals(VirtualMachine.HALTED);
    }

    private @Nullable StateReason ended() {
        return old != null && BY_GUEST.equals(old.stateReason()) ? BY_GUEST : BY_USER;
    }

    private InstanceStatus unchanged() {
        InstanceStatus status = java.util.Objects.requireNonNull(old);
        Condition ready = Conditions.find(status.conditions(), "Ready");
        return ready == null
                ? status
                : build(
                        status.state() == null ? InstanceState.Pending : status.state(),
                        status.stateReason(),
                        Reason.valueOf(ready.getReason()),
                        ready.getMessage());
    }

    private InstanceStatus build(
            InstanceState state, @Nullable StateReason stateReason, Reason reason, String message) {
        boolean ready = state == InstanceState.Running || state == InstanceState.Stopped;
        conditions.set("Ready", ready, reason.name(), message);
        boolean same = old != null && old.state() == state;
        String transition = same && old != null ? old.stateTransitionTime() : Conditions.timestamp(now);
        boolean begins = state == InstanceState.Pending || state == InstanceState.Running;
        boolean wasOn = old != null && (old.state() == InstanceState.Pending || old.state() == InstanceState.Running);
        String launchTime = begins && !wasOn ? Conditions.timestamp(now) : old == null ? null : old.launchTime();
        VirtualMachineInstance vmi = observed.vmi();
        boolean runs = state == InstanceState.Running && vmi != null && vmi.getStatus() != null;
        if (runs && isResizing() && !Conditions.isTrue(conditions.toList(), "RestartRequired")) {
            conditions.set("Resizing", true, "LiveMigration", "The new size comes with a live migration");
        } else {
            conditions.remove("Resizing");
        }
        List<VirtualMachineInstance.NetworkInterface> interfaces =
                runs && vmi != null && vmi.getStatus().interfaces() != null
                        ? vmi.getStatus().interfaces()
                        : List.of();
        return new InstanceStatus(
                observed.id(),
                state,
                stateReason,
                transition,
                runs ? runningType() : old == null ? null : old.instanceType(),
                imageId(),
                rootVolume,
                runs && vmi != null ? vmi.getStatus().nodeName() : null,
                privateIp(interfaces, state),
                launchTime,
                rebootedAt,
                state == InstanceState.Terminated
                        ? old != null && old.terminatedAt() != null ? old.terminatedAt() : Conditions.timestamp(now)
                        : null,
                crashes,
                conditions.toList());
    }

    /** IPv4, as in EC2. While it boots, a guest may have told its agent of its link-local IPv6 address only. */
    private @Nullable String privateIp(List<VirtualMachineInstance.NetworkInterface> interfaces, InstanceState state) {
        String told = interfaces.isEmpty() ? null : interfaces.getFirst().ipAddress();
        if (told != null && !told.contains(":")) {
            return told;
        }
        return old != null && state == InstanceState.Running ? old.privateIp() : null;
    }

    /** The spec's, unless a change of it waits for a restart, or for the migration that brings it. */
    private @Nullable String runningType() {
        boolean waits = Conditions.isTrue(conditions.toList(), "RestartRequired") || isResizing();
        return waits && old != null && old.instanceType() != null
                ? old.instanceType()
                : observed.instance().getSpec().instanceType();
    }

    private boolean isResizing() {
        return observed.vmi() != null
                && observed.type() != null
                && !Resize.isDone(observed.vmi(), observed.type().getSpec());
    }

    private @Nullable String imageId() {
        if (old != null && old.imageId() != null) {
            return old.imageId();
        }
        return observed.image() == null ? null : AwsId.IMAGE.of(observed.image());
    }
}
