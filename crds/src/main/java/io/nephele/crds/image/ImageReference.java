package io.nephele.crds.image;

import io.nephele.crds.AwsId;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What an Instance's {@code image} means: an {@code ami-} id of any image the project may launch, else the name of an image of its own, else the name of a public one in the
 * catalogue project.
 */
public record ImageReference(String text) {

    /** Whether it could mean this image, before anything is known of who asks. */
    public boolean couldMean(Image image) {
        return text.equals(image.getMetadata().getName()) || text.equals(AwsId.IMAGE.of(image));
    }

    /**
     * The image it means for a project.
     *
     * @param candidates at least those it {@linkplain #couldMean could mean}
     * @param namespace of the project
     * @param accountId of the project
     * @param catalogue the namespace of the catalogue project
     */
    public Optional<Image> resolve(Stream<Image> candidates, String namespace, String accountId, String catalogue) {
        return candidates
                .filter(image -> image.getMetadata().getDeletionTimestamp() == null)
                .filter(image -> isVisible(image, namespace, accountId))
                .filter(image -> text.equals(AwsId.IMAGE.of(image))
                        || (text.equals(image.getMetadata().getName()) && isNamedFrom(image, namespace, catalogue)))
                .min(Comparator.comparingInt(
                        image -> image.getMetadata().getNamespace().equals(namespace) ? 0 : 1));
    }

    private static boolean isNamedFrom(Image image, String namespace, String catalogue) {
        String home = image.getMetadata().getNamespace();
        return home.equals(namespace) || home.equals(catalogue);
    }

    /** Whether a project may see and launch an image: its own, a public one, or one shared with it. */
    public static boolean isVisible(Image image, String namespace, String accountId) {
        return image.getMetadata().getNamespace().equals(namespace)
                || image.getSpec().launchPermissionsOrNone().allow(accountId);
    }
}
