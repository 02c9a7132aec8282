package io.nephele.crds.volume;

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
 * A disk as wanted.
 *
 * @param size may grow, never shrink
 * @param volumeType one that the operator's configuration names; its default when absent
 * @param source what it is filled with at the beginning; empty when absent
 * @param attachment the Instance it is attached to
 */
@Wire
@ValidationRule(
        value = "!isQuantity(self.size) || quantity(self.size).compareTo(quantity(oldSelf.size)) >= 0",
        fieldPath = ".size",
        message = "a Volume can grow, not shrink")
@ValidationRule(
        value =
                "has(self.volumeType) == has(oldSelf.volumeType) && (!has(self.volumeType) || self.volumeType == oldSelf.volumeType)",
        fieldPath = ".volumeType",
        message = "a Volume stays on its volumeType: make another Volume")
@ValidationRule(
        value = "has(self.source) == has(oldSelf.source) && (!has(self.source) || self.source == oldSelf.source)",
        fieldPath = ".source",
        message = "source is what the Volume was made from: make another Volume")
@ValidationRule(value = Tags.RULE, fieldPath = ".tags", message = Tags.MESSAGE)
public record VolumeSpec(
        @Required @Size(max = 20) @Pattern(Bytes.PATTERN) String size,
        @Size(min = 1, max = 63) @Nullable String volumeType,
        @Nullable Source source,
        @Nullable Attachment attachment,
        @Size(max = Tags.MAX) @Nullable Map<String, String> tags) {

    /**
     * What fills the disk.
     *
     * @param imageId the AWS id of the Image
     * @param imageNamespace where that Image is
     */
    @Wire
    public record Source(
            @Required @Size(max = 32) String imageId,
            @Required @Size(max = 63) String imageNamespace) {}

    /**
     * Which Instance has the disk. Written here only, and on nothing else.
     *
     * @param instance the name of an Instance of this namespace
     * @param device the name AWS clients see, {@code /dev/vda} for a root volume
     * @param deleteOnTermination whether the volume goes when the Instance is terminated
     */
    @Wire
    public record Attachment(
            @Required @Size(min = 1, max = 253) String instance,
            @Required @Size(min = 1, max = 32) String device,
            @Default("false") @Nullable Boolean deleteOnTermination) {

        public boolean isDeleteOnTermination() {
            return Boolean.TRUE.equals(deleteOnTermination);
        }
    }

    public Map<String, String> tagsOrEmpty() {
        return tags == null ? Map.of() : tags;
    }
}
