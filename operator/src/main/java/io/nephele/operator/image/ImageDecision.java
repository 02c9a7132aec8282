package io.nephele.operator.image;

import io.fabric8.kubernetes.api.model.Condition;
import io.nephele.crds.AwsId;
import io.nephele.crds.image.Image;
import io.nephele.crds.image.ImageState;
import io.nephele.crds.image.ImageStatus;
import io.nephele.foreign.cdi.DataVolume;
import io.nephele.operator.Conditions;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an Image.
 *
 * @param create whether the golden DataVolume has to be made
 */
record ImageDecision(ImageStatus status, boolean create) {

    /** Progress is told in steps of so many percent: every step is a write. */
    private static final int PROGRESS_STEP = 10;

    static ImageDecision of(Image image, @Nullable DataVolume golden, Duration deadline, Instant now) {
        ImageStatus old = image.getStatus();
        if (old != null && old.state() == ImageState.Failed) {
            return new ImageDecision(old, false);
        }
        if (golden == null) {
            if (old != null && old.state() == ImageState.Available) {
                return new ImageDecision(
                        status(
                                image,
                                ImageState.Failed,
                                null,
                                now,
                                "DataVolumeMissing",
                                "The imported volume is gone: delete the Image and make it again"),
                        false);
            }
            return new ImageDecision(
                    status(image, ImageState.Pending, null, now, "Importing", "The import begins"), true);
        }
        if (golden.isReady()) {
            return new ImageDecision(
                    status(image, ImageState.Available, "100%", now, "Imported", "Instances can be launched from it"),
                    false);
        }
        Condition running = golden.condition("Running");
        String reason = running == null || running.getReason() == null ? "" : running.getReason();
        String message = running == null || running.getMessage() == null ? "" : running.getMessage();
        if (golden.phase().equals("Failed")) {
            return new ImageDecision(
                    status(
                            image,
                            ImageState.Failed,
                            null,
                            now,
                            reason.isEmpty() ? "ImportFailed" : reason,
                            message + " Delete the Image and make it again"),
                    false);
        }
        boolean late = Duration.between(Instant.parse(image.getMetadata().getCreationTimestamp()), now)
                        .compareTo(deadline)
                > 0;
        if (late) {
            return new ImageDecision(
                    status(
                            image,
                            ImageState.Failed,
                            null,
                            now,
                            "ImportDeadlineExceeded",
                            "Not imported within " + deadline + ". The last error: " + message),
                    false);
        }
        if (reason.equals("Error") || reason.startsWith("Err")) {
            return new ImageDecision(
                    status(
                            image,
                            ImageState.Pending,
                            progress(old, golden),
                            now,
                            "ImportError",
                            message + " It is tried again"),
                    false);
        }
        return new ImageDecision(
                status(image, ImageState.Pending, progress(old, golden), now, "Importing", "The import is on its way"),
                false);
    }

    /** In steps, and never backwards: CDI's own goes back when an attempt begins anew. */
    private static @Nullable String progress(@Nullable ImageStatus old, DataVolume golden) {
        int before = old == null || old.progress() == null
                ? 0
                : Integer.parseInt(old.progress().replace("%", ""));
        String told = golden.getStatus() == null ? null : golden.getStatus().progress();
        int now = told == null || !told.endsWith("%")
                ? 0
                : (int) Double.parseDouble(told.substring(0, told.length() - 1)) / PROGRESS_STEP * PROGRESS_STEP;
        int most = Math.max(before, now);
        return most == 0 ? null : most + "%";
    }

    private static ImageStatus status(
            Image image, ImageState state, @Nullable String progress, Instant now, String reason, String message) {
        ImageStatus old = image.getStatus();
        var conditions = new Conditions(
                        old == null ? null : old.conditions(),
                        image.getMetadata().getGeneration(),
                        now)
                .set("Ready", state == ImageState.Available, reason, message.trim())
                .toList();
        return new ImageStatus(AwsId.IMAGE.of(image), state, progress, conditions);
    }
}
