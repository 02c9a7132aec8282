package io.nephele.crds.image;

import io.fabric8.kubernetes.api.model.Condition;
import io.nephele.crds.HasConditions;
import io.nephele.crds.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far the import is.
 *
 * @param imageId the AWS id, which is also the name of the imported DataVolume
 * @param progress in percent, such as {@code 45%}; never goes back within one attempt
 */
@Wire
public record ImageStatus(
        @Nullable String imageId,
        @Nullable ImageState state,
        @Nullable String progress,
        @Nullable List<Condition> conditions)
        implements HasConditions<ImageStatus> {

    /** Of an object of which nothing is known yet. */
    public static final ImageStatus NONE = new ImageStatus(null, ImageState.Pending, null, null);

    @Override
    public ImageStatus withConditions(List<Condition> conditions) {
        return new ImageStatus(imageId, state, progress, conditions);
    }
}
