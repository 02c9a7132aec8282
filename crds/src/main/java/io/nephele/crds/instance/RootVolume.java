package io.nephele.crds.instance;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.nephele.crds.Bytes;
import io.nephele.crds.Tags;
import io.nephele.crds.Wire;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The root volume to make at the first launch. From then on the Volume is an object of its own: there it is grown, and there its {@code deleteOnTermination} is
 * changed.
 *
 * @param size at least that of the image; that of the image when absent
 * @param volumeType one that the operator's configuration names; its default when absent
 * @param deleteOnTermination whether the volume goes when the Instance is terminated
 * @param tags AWS tags of the Volume that is made
 */
@Wire
@ValidationRule(value = Tags.RULE, fieldPath = ".tags", message = Tags.MESSAGE)
public record RootVolume(
        @Pattern(Bytes.PATTERN) @Nullable String size,
        @Size(min = 1, max = 63) @Nullable String volumeType,
        @Default("true") @Nullable Boolean deleteOnTermination,
        @Size(max = Tags.MAX) @Nullable Map<String, String> tags) {

    /** What an Instance without {@code rootVolume} has. */
    public static final RootVolume DEFAULT = new RootVolume(null, null, true, null);

    public boolean deleteOnTerminationOrDefault() {
        return deleteOnTermination == null || deleteOnTermination;
    }
}
