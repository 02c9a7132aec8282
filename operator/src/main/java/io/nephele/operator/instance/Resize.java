package io.nephele.operator.instance;

import io.fabric8.kubernetes.api.model.Quantity;
import io.nephele.crds.instancetype.InstanceType;
import io.nephele.crds.instancetype.InstanceTypeSpec;
import io.nephele.foreign.kubevirt.VirtualMachine;
import io.nephele.foreign.kubevirt.VirtualMachineInstance;
import io.nephele.operator.Conditions;
import org.jspecify.annotations.Nullable;

/**
 * Which shape a VM gets when its Instance's type is changed: the new one if it is off or can be resized while it runs, else it keeps what it has until it is off.
 *
 * @param restartReason why the change waits, or null
 */
record Resize(Machine.Shape shape, @Nullable String restartReason) {

    /** KubeVirt plugs memory into guests of this size and more. */
    private static final long HOT_PLUG_LEAST_MEMORY = 1L << 30;

    static Resize of(Observed observed, VirtualMachine vm) {
        Machine.Shape present = Machine.Shape.of(vm);
        InstanceType type = observed.type();
        if (type == null) {
            return new Resize(present, null);
        }
        Machine.Shape wanted = Machine.Shape.of(type.getSpec());
        VirtualMachineInstance vmi = observed.vmi();
        if (wanted.equals(present) || vmi == null) {
            return new Resize(wanted, null);
        }
        String obstacle = obstacle(present, wanted, vmi);
        return obstacle == null
                ? new Resize(wanted, null)
                : new Resize(
                        present,
                        "The type " + type.getMetadata().getName() + " takes effect at the next start: " + obstacle);
    }

    /** Whether the guest has the size of a type. KubeVirt changes the spec of a VMI at once and tells here what the guest has. */
    static boolean isDone(VirtualMachineInstance vmi, InstanceTypeSpec type) {
        VirtualMachineInstance.Status status = vmi.getStatus();
        if (status == null) {
            return true;
        }
        VirtualMachineInstance.Topology cpus = status.currentCPUTopology();
        VirtualMachineInstance.GuestMemory memory = status.memory();
        return (cpus == null || cpus.sockets() == null || cpus.sockets() == type.vcpus())
                && (memory == null
                        || memory.guestCurrent() == null
                        || bytes(memory.guestCurrent()) == bytes(type.memory()));
    }

    private static @Nullable String obstacle(Machine.Shape present, Machine.Shape wanted, VirtualMachineInstance vmi) {
        VirtualMachineInstance.Domain domain = vmi.getSpec().domain();
        boolean migratable =
                vmi.getStatus() != null && Conditions.isTrue(vmi.getStatus().conditions(), "LiveMigratable");
        if (!migratable) {
            return "the VM cannot be migrated live, which resizing needs";
        }
        if (!java.util.Objects.equals(present.cpu().model(), wanted.cpu().model())) {
            return "it has another CPU model";
        }
        Integer maxSockets = domain.cpu().maxSockets();
        if (wanted.cpu().sockets() < present.cpu().sockets()
                || (maxSockets != null && wanted.cpu().sockets() > maxSockets)) {
            return "a running VM can only get more CPUs, up to " + (maxSockets == null ? "its maximum" : maxSockets);
        }
        long before = bytes(present.memory().guest());
        long after = bytes(wanted.memory().guest());
        String maxGuest = domain.memory().maxGuest();
        boolean memoryFits = before == after
                || (before >= HOT_PLUG_LEAST_MEMORY && after > before && maxGuest != null && after <= bytes(maxGuest));
        return memoryFits
                ? null
                : "a running VM of at least 1Gi can only get more memory"
                        + (maxGuest == null ? "" : ", up to " + maxGuest);
    }

    private static long bytes(String quantity) {
        return Quantity.getAmountInBytes(Quantity.parse(quantity)).longValue();
    }
}
