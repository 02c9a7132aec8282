package io.nephele.foreign.kubevirt;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One run of a VM. Its spec has the same shape as the template of the VM. */
@Group("kubevirt.io")
@Version("v1")
public class VirtualMachineInstance extends CustomResource<VirtualMachineInstance.Spec, VirtualMachineInstance.Status>
        implements Namespaced {

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Spec(
            @Nullable String architecture,
            @Nullable String evictionStrategy,
            @Nullable Integer terminationGracePeriodSeconds,
            @Nullable String hostname,
            Domain domain,
            @Nullable List<Network> networks,
            @Nullable List<AccessCredential> accessCredentials,
            @Nullable List<Volume> volumes) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Domain(
            @Nullable Machine machine,
            Cpu cpu,
            Memory memory,
            @Nullable Firmware firmware,
            Devices devices) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Machine(String type) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Cpu(
            @Nullable String model,
            int sockets,
            int cores,
            int threads,
            @Nullable Integer maxSockets) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Memory(String guest, @Nullable String maxGuest) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Firmware(String uuid, String serial) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Devices(
            @Nullable List<Disk> disks,
            @Nullable List<Interface> interfaces,
            @Nullable Map<String, String> rng,
            @Nullable Boolean logSerialConsole) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Disk(
            String name,
            @Nullable Integer bootOrder,
            @Nullable String serial,
            DiskTarget disk) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record DiskTarget(String bus) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Interface(
            String name, @Nullable String model, @Nullable Map<String, String> masquerade) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Network(String name, @Nullable Map<String, String> pod) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record AccessCredential(SshPublicKey sshPublicKey) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record SshPublicKey(KeySource source, PropagationMethod propagationMethod) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record KeySource(SecretName secret) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record SecretName(String secretName) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PropagationMethod(Map<String, String> noCloud) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Volume(
            String name,
            @Nullable DataVolumeName dataVolume,
            @Nullable CloudInitNoCloud cloudInitNoCloud) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record DataVolumeName(String name) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record CloudInitNoCloud(SecretReference secretRef) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record SecretReference(String name) {}

    /** What virt-controller and virt-handler say. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Status(
            @Nullable String phase,
            @Nullable String nodeName,
            @Nullable String reason,
            @Nullable List<PhaseTransition> phaseTransitionTimestamps,
            @Nullable List<NetworkInterface> interfaces,
            @Nullable List<Condition> conditions) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PhaseTransition(String phase) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
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
