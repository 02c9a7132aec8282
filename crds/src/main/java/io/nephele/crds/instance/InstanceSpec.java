package io.nephele.crds.instance;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.nephele.crds.Tags;
import io.nephele.crds.Wire;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the user wants.
 *
 * @param instanceType the name of an InstanceType; may be changed, and takes effect at once where the VM can be resized live, else at the next start
 * @param image the name of an Image of this project, that of a public Image, or an {@code ami-} id
 * @param keyPair the name of a KeyPair of this project
 * @param powerState Running, Stopped or Terminated; the last is for good
 * @param forceStop with {@code powerState: Stopped}: cut the power instead of asking the guest
 * @param rebootRequestedAt RFC 3339; setting it to a later moment reboots the guest once
 * @param terminationProtection refuses {@code powerState: Terminated} and deletion
 * @param stopProtection refuses {@code powerState: Stopped}
 * @param instanceInitiatedShutdownBehavior what a shutdown from inside the guest means
 * @param tags AWS tags
 */
@Wire
@ValidationRule(
        value = "self.image == oldSelf.image",
        fieldPath = ".image",
        message = "an Instance keeps its image: make a new Instance from the other image")
@ValidationRule(
        value = "has(self.keyPair) == has(oldSelf.keyPair) && (!has(self.keyPair) || self.keyPair == oldSelf.keyPair)",
        fieldPath = ".keyPair",
        message =
                "the key is installed at the first boot and cannot be changed here: add the other key inside the guest, or make a new Instance")
@ValidationRule(
        value =
                "has(self.rootVolume) == has(oldSelf.rootVolume) && (!has(self.rootVolume) || self.rootVolume == oldSelf.rootVolume)",
        fieldPath = ".rootVolume",
        message =
                "rootVolume is read at the first launch only: change the Volume itself, its size or its attachment.deleteOnTermination")
@ValidationRule(
        value = "!has(oldSelf.powerState) || oldSelf.powerState != 'Terminated' || self.powerState == 'Terminated'",
        fieldPath = ".powerState",
        message = "Terminated is for good: make a new Instance")
@ValidationRule(
        value =
                "!has(self.powerState) || self.powerState != 'Terminated' || !has(self.terminationProtection) || !self.terminationProtection",
        fieldPath = ".powerState",
        message = "terminationProtection is on: set it to false before powerState is set to Terminated")
@ValidationRule(
        value =
                "!has(self.powerState) || self.powerState != 'Stopped' || (has(oldSelf.powerState) && oldSelf.powerState == 'Stopped')"
                        + " || !has(self.stopProtection) || !self.stopProtection",
        fieldPath = ".powerState",
        message = "stopProtection is on: set it to false before powerState is set to Stopped")
@ValidationRule(
        value =
                "!has(self.rebootRequestedAt) || self.rebootRequestedAt.matches('^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?Z$')",
        fieldPath = ".rebootRequestedAt",
        message = "rebootRequestedAt is a moment in UTC such as 2026-01-31T12:00:00Z")
@ValidationRule(value = Tags.RULE, fieldPath = ".tags", message = Tags.MESSAGE)
public record InstanceSpec(
        @Required @Size(min = 1, max = 63) String instanceType,
        @Required @Size(min = 1, max = 253) String image,
        @Size(min = 1, max = 253) @Nullable String keyPair,
        @Default("Running") @Nullable PowerState powerState,
        @Nullable Boolean forceStop,
        @Size(max = 35) @Nullable String rebootRequestedAt,
        @Nullable RootVolume rootVolume,
        @Nullable UserData userData,
        @Nullable Boolean terminationProtection,
        @Nullable Boolean stopProtection,
        @Default("Stop") @Nullable ShutdownBehavior instanceInitiatedShutdownBehavior,
        @Size(max = Tags.MAX) @Nullable Map<String, String> tags) {

    public PowerState powerStateOrDefault() {
        return powerState == null ? PowerState.Running : powerState;
    }

    public RootVolume rootVolumeOrDefault() {
        return rootVolume == null ? RootVolume.DEFAULT : rootVolume;
    }

    public ShutdownBehavior shutdownBehaviorOrDefault() {
        return instanceInitiatedShutdownBehavior == null ? ShutdownBehavior.Stop : instanceInitiatedShutdownBehavior;
    }

    public boolean isForceStop() {
        return Boolean.TRUE.equals(forceStop);
    }

    public boolean isTerminationProtected() {
        return Boolean.TRUE.equals(terminationProtection);
    }

    public boolean isStopProtected() {
        return Boolean.TRUE.equals(stopProtection);
    }

    public Map<String, String> tagsOrEmpty() {
        return tags == null ? Map.of() : tags;
    }
}
