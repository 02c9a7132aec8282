package io.nephele.crds.instancetype;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.nephele.crds.Bytes;
import io.nephele.crds.Wire;
import org.jspecify.annotations.Nullable;

/**
 * A size.
 *
 * @param vcpus virtual CPUs
 * @param memory of the guest
 * @param cpuModel a CPU model by its libvirt name; the cluster's default when absent
 * @param available whether new Instances may have it
 */
@Wire
@ValidationRule(
        value = "!isQuantity(self.memory) || quantity(self.memory).compareTo(quantity('1Mi')) >= 0",
        fieldPath = ".memory",
        message = "memory is at least 1Mi; write the unit, as in 2Gi")
public record InstanceTypeSpec(
        @Required @Min(1) @Max(512) int vcpus,
        @Required @Size(max = 20) @Pattern(Bytes.PATTERN) String memory,
        @Size(min = 1, max = 63) @Nullable String cpuModel,
        @Default("true") @Nullable Boolean available) {

    public boolean isAvailable() {
        return available == null || available;
    }
}
