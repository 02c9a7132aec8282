package io.nephele.crds.volume;

import io.fabric8.kubernetes.api.model.Condition;
import io.nephele.crds.HasConditions;
import io.nephele.crds.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A disk as it is.
 *
 * @param volumeId the AWS id, which is also the name of the DataVolume and of the claim
 * @param size what the storage has really given
 * @param storageClass where it is
 */
@Wire
public record VolumeStatus(
        @Nullable String volumeId,
        @Nullable VolumeState state,
        @Nullable String size,
        @Nullable String storageClass,
        @Nullable List<Condition> conditions)
        implements HasConditions<VolumeStatus> {

    /** Of an object of which nothing is known yet. */
    public static final VolumeStatus NONE = new VolumeStatus(null, VolumeState.Creating, null, null, null);

    @Override
    public VolumeStatus withConditions(List<Condition> conditions) {
        return new VolumeStatus(volumeId, state, size, storageClass, conditions);
    }
}
