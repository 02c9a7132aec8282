package io.nephele.foreign.kubevirt;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import io.nephele.crds.Wire;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One run of a VM. Its spec has the same shape as the template of the VM. */
@Group("kubevirt.io")
@Version("v1")
public class VirtualMachineInstance extends CustomResource<VirtualMachineInstance.Spec, VirtualMachineInstance.Status>
        implements Namespaced {

    @Wire
    public record Spec(
            @Nullable String architecture,
            @Nullable String evictionStrategy,
            @Nullable Integer terminationGracePeriodSeconds,
            @Nullable String hostname,
            Domain domain,
            @Nullable List<Network> networks,
            @Nullable List<AccessCredential> accessCredentials,
            @Nullable List<Volume> volumes) {}

    @Wire
    public record Domain(
            @Nullable Machine machine,
            Cpu cpu,
            Memory memory,
            @Nullable Firmware firmware,
            Devices devices) {}

    @Wire
    public record Machine(String type) {}

    @Wire
    public record Cpu(
            @Nullable String model,
            int sockets,
            int cores,
            int threads,
            @Nullable Integer maxSockets) {}

    @Wire
    public record Memory(String guest, @Nullable String maxGuest) {}

    @Wire
    public record Firmware(String uuid, String serial) {}

    @Wire
    public record Devices(
            @Nullable List<Disk> disks,
            @Nullable List<Interface> interfaces,
            @Nullable Map<String, String> rng,
            @Nullable Boolean logSerialConsole) {}

    @Wire
    public record Disk(
            String name,
            @Nullable Integer bootOrder,
            @Nullable String serial,
            DiskTarget disk) {}

    @Wire
    public record DiskTarget(String bus) {}

    @Wire
    public record Interface(
            String name, @Nullable String model, @Nullable Map<String, String> masquerade) {}

    @Wire
    public record Network(String name, @Nullable Map<String, String> pod) {}

    @Wire
    public record AccessCredential(SshPublicKey sshPublicKey) {}

    @Wire
    public record SshPublicKey(KeySource source, PropagationMethod propagationMethod) {}

    @Wire
    public record KeySource(SecretName secret) {}

    @Wire
    public record SecretName(String secretName) {}

    @Wire
    public record PropagationMethod(Map<String, String> noCloud) {}

    @Wire
    public record Volume(
            String name,
            @Nullable DataVolumeName dataVolume,
            @Nullable CloudInitNoCloud cloudInitNoCloud) {}

    @Wire
    public record DataVolumeName(String name) {}

    @Wire
    public record CloudInitNoCloud(SecretReference secretRef) {}

    @Wire
    public record SecretReference(String name) {}

    /** What virt-controller and virt-handler say. */
    @Wire
    public record Status(
            @Nullable String phase,
            @Nullable String nodeName,
            @Nullable String reason,
            @Nullable List<PhaseTransition> phaseTransitionTimestamps,
            @Nullable List<NetworkInterface> interfaces,
            @Nullable Topology currentCPUTopology,
            @Nullable GuestMemory memory,
            @Nullable List<Condition> conditions) {}

    /** The CPUs that the guest has. */
    @Wire
    public record Topology(@Nullable Integer sockets) {}

    /** The memory that the guest has. */
    @Wire
    public record GuestMemory(@Nullable String guestCurrent) {}

    @Wire
    public record PhaseTransition(String phase) {}

    @Wire
    public record NetworkInterface(
            @Nullable String ipAddress, @Nullable String mac) {}

    /** The phase, or the empty string before the first one. */
    public String phase() {
        return getStatus() == null || getStatus().phase() == null
                ? ""
                : getStatus().phase();
    }

    /** Whether it has ended, one way or the other. */
    public boolean hasEnded() {
        return phase().equals("Succeeded") || phase().equals("Failed");
    }

    /** Whether the guest ran at any time. */
    public boolean wasRunning() {
        return getStatus() != null
                && getStatus().phaseTransitionTimestamps() != null
                && getStatus().phaseTransitionTimestamps().stream()
                        .anyMatch(t -> t.phase().equals("Running"));
    }

    public boolean isBeingDeleted() {
        return getMetadata().getDeletionTimestamp() != null;
    }
}
