package io.nephele.crds.image;

import io.fabric8.kubernetes.api.model.Condition;
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
        @Nullable List<Condition> conditions) {}
