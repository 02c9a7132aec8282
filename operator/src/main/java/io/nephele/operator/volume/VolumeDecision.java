package io.nephele.operator.volume;

import io.fabric8.kubernetes.api.model.Condition;
import io.nephele.crds.AwsId;
import io.nephele.crds.Bytes;
import io.nephele.crds.image.Image;
import io.nephele.crds.image.ImageState;
import io.nephele.crds.volume.Volume;
import io.nephele.crds.volume.VolumeSpec;
import io.nephele.crds.volume.VolumeState;
import io.nephele.crds.volume.VolumeStatus;
import io.nephele.foreign.cdi.DataVolume;
import io.nephele.operator.Conditions;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a Volume.
 *
 * @param status to report
 * @param act what to do in the cluster
 */
record VolumeDecision(VolumeStatus status, Act act) {

    /** What is done beside reporting. */
    enum Act {
        NOTHING,
        CREATE,

        /** The claim is asked for more, and its answer is looked at until it has it. */
        GROW
    }

    /**
     * What is seen.
     *
     * @param storageClass of its type, or null if the site has no such type
     * @param image the source, or null if it is not there
     */
    record Observed(
            Volume volume,
            @Nullable String storageClass,
            @Nullable Image image,
            @Nullable DataVolume dataVolume) {}

    static VolumeDecision of(Observed observed, Instant now) {
        Volume volume = observed.volume();
        VolumeStatus old = volume.getStatus();
        boolean had = old != null && (old.state() == VolumeState.Available || old.state() == VolumeState.InUse);
        var report = new Report(volume, observed.storageClass(), now);
        DataVolume dataVolume = observed.dataVolume();
        if (dataVolume == null) {
            if (had
                    || (old != null
                            && old.state() == VolumeState.Error
                            && "DataLost".equals(Conditions.reason(old.conditions(), "Ready")))) {
                return report.error(
                        "DataLost", "Its DataVolume is gone. It is not made again, because the new one would be empty");
            }
            return create(observed, report);
        }
        if (dataVolume.isReady() || (had && dataVolume.phase().equals("Succeeded"))) {
            String size = old == null ? null : old.size();
            boolean grows = size != null && Bytes.of(volume.getSpec().size()) > Bytes.of(size);
            return grows && size != null ? report.growing(size) : report.ready(size);
        }
        if (dataVolume.waitsForFirstConsumer()) {
            return report.ready(old == null ? null : old.size());
        }
        Condition running = dataVolume.condition("Running");
        String reason = running == null || running.getReason() == null ? "" : running.getReason();
        String message = running == null || running.getMessage() == null ? "" : running.getMessage();
        if (dataVolume.phase().equals("Failed")) {
            return report.error(reason.isEmpty() ? "DataVolumeFailed" : reason, message);
        }
        if (reason.equals("Error") || reason.startsWith("Err")) {
            return report.creating("DataVolumeError", message);
        }
        Condition bound = dataVolume.condition("Bound");
        if (bound != null && bound.getReason() != null && bound.getReason().startsWith("Err")) {
            return report.creating(bound.getReason(), bound.getMessage());
        }
        return report.creating("Filling", "The disk is being filled");
    }

    private static VolumeDecision create(Observed observed, Report report) {
        VolumeSpec.Source source = observed.volume().getSpec().source();
        if (observed.storageClass() == null) {
            return report.creating(
                    "UnknownVolumeType",
                    "There is no volume type " + observed.volume().getSpec().volumeType() + " at this site");
        }
        if (source == null) {
            return report.create();
        }
        Image image = observed.image();
        if (image == null) {
            return report.creating("ImageNotFound", "There is no image " + source.imageId());
        }
        if (image.getStatus() == null || image.getStatus().state() != ImageState.Available) {
            return report.creating(
                    "ImageNotReady", "The image " + source.imageId() + " is not imported yet; see its conditions");
        }
        return report.create();
    }

    /** Builds the status. */
    private record Report(Volume volume, @Nullable String storageClass, Instant now) {

        VolumeDecision create() {
            VolumeDecision decision = creating("Filling", "The disk is being filled");
            return new VolumeDecision(decision.status(), Act.CREATE);
        }

        VolumeDecision creating(String reason, String message) {
            return new VolumeDecision(status(VolumeState.Creating, null, false, reason, message), Act.NOTHING);
        }

        VolumeDecision error(String reason, String message) {
            return new VolumeDecision(status(VolumeState.Error, null, false, reason, message), Act.NOTHING);
        }

        VolumeDecision ready(@Nullable String size) {
            return new VolumeDecision(
                    status(used(), size == null ? volume.getSpec().size() : size, true, "Ready", "The disk is there"),
                    Act.NOTHING);
        }

        VolumeDecision growing(String size) {
            return new VolumeDecision(
                    status(
                            used(),
                            size,
                            true,
                            "Growing",
                            "The disk grows from " + size + " to "
                                    + volume.getSpec().size()),
                    Act.GROW);
        }

        private VolumeState used() {
            return volume.getSpec().attachment() == null ? VolumeState.Available : VolumeState.InUse;
        }

        private VolumeStatus status(
                VolumeState state, @Nullable String size, boolean ready, String reason, String message) {
            VolumeStatus old = volume.getStatus();
            return new VolumeStatus(
                    AwsId.VOLUME.of(volume),
                    state,
                    size,
                    storageClass,
                    new Conditions(
                                    old == null ? null : old.conditions(),
                                    volume.getMetadata().getGeneration(),
                                    now)
                            .set("Ready", ready, reason, message)
                            .toList());
        }
    }
}
