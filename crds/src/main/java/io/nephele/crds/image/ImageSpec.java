package io.nephele.crds.image;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.nephele.crds.Bytes;
import io.nephele.crds.Tags;
import io.nephele.crds.Wire;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A disk to import once, from which root volumes are cloned.
 *
 * @param size of the volume it is unpacked to, and the least size of a root volume made from it
 * @param volumeType where the imported volume is kept; the operator's default when absent
 * @param name the name AWS clients see; the object's name when absent
 */
@Wire
@ValidationRule(
        value = "self.source == oldSelf.source",
        fieldPath = ".source",
        message = "an Image keeps its source: make another Image")
@ValidationRule(
        value = "self.size == oldSelf.size",
        fieldPath = ".size",
        message = "an Image keeps its size: make another Image")
@ValidationRule(value = Tags.RULE, fieldPath = ".tags", message = Tags.MESSAGE)
public record ImageSpec(
        @Required ImageSource source,

        @Default("10Gi") @Size(max = 20) @Pattern(Bytes.PATTERN) @Nullable String size,

        @Size(min = 1, max = 63) @Nullable String volumeType,
        @Size(min = 3, max = 128) @Nullable String name,
        @Size(max = 255) @Nullable String description,
        @Nullable LaunchPermissions launchPermissions,
        @Size(max = Tags.MAX) @Nullable Map<String, String> tags) {

    public String sizeOrDefault() {
        return size == null ? "10Gi" : size;
    }

    public LaunchPermissions launchPermissionsOrNone() {
        return launchPermissions == null ? LaunchPermissions.NONE : launchPermissions;
    }

    public Map<String, String> tagsOrEmpty() {
        return tags == null ? Map.of() : tags;
    }
}
