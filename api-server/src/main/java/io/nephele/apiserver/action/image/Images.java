package io.nephele.apiserver.action.image;

import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Filters;
import io.nephele.apiserver.action.Tagging;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.Bytes;
import io.nephele.crds.image.ImageReference;
import io.nephele.crds.image.ImageSource;
import io.nephele.crds.image.ImageState;
import io.nephele.crds.project.Project;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.Image;

/** Images as AWS shows them, and who sees which. */
public final class Images {

    static final String ROOT_DEVICE = "/dev/vda";

    static final Filters<Image> FILTERS = new Filters<Image>()
            .on("image-id", Image::imageId)
            .on("name", Image::name)
            .on("description", Image::description)
            .on("state", Image::stateAsString)
            .on("is-public", image -> String.valueOf(image.publicLaunchPermissions()))
            .on("owner-id", Image::ownerId)
            .on("owner-alias", Image::imageOwnerAlias)
            .on("architecture", Image::architectureAsString)
            .on("image-type", Image::imageTypeAsString)
            .on("root-device-name", Image::rootDeviceName)
            .on("root-device-type", Image::rootDeviceTypeAsString)
            .on("virtualization-type", Image::virtualizationTypeAsString)
            .on("hypervisor", Image::hypervisorAsString)
            .on("manifest-location", Image::imageLocation)
            .on("creation-date", Image::creationDate)
            .on("platform", image -> null)
            .on("ena-support", image -> "false")
            .onTags(image -> Tagging.map(image.tags()));

    private Images() {}

    /** One that the caller may launch. */
    public static io.nephele.crds.image.Image launchable(Call call, String id) {
        io.nephele.crds.image.Image image = visible(call, id);
        ImageState state = image.getStatus() == null
                ? ImageState.Pending
                : image.getStatus().state();
        if (state == ImageState.Failed) {
            throw AwsException.of("InvalidAMIID.Unavailable", "The image id '[" + id + "]' is not available");
        }
        return image;
    }

    /** One that the caller sees. */
    static io.nephele.crds.image.Image visible(Call call, String id) {
        if (!AwsId.IMAGE.matches(id)) {
            throw AwsException.of("InvalidAMIID.Malformed", "Invalid id: \"" + id + "\" (expecting \"ami-...\")");
        }
        return call.cluster()
                .imagesById(id)
                .filter(image -> isVisible(call, image))
                .findFirst()
                .orElseThrow(
                        () -> AwsException.of("InvalidAMIID.NotFound", "The image id '[" + id + "]' does not exist"));
    }

    /** One of the caller's own project. */
    static io.nephele.crds.image.Image own(Call call, @Nullable String id) {
        if (id == null) {
            throw AwsException.missing("ImageId");
        }
        io.nephele.crds.image.Image image = visible(call, id);
        if (!image.getMetadata().getNamespace().equals(call.project())) {
            throw AwsException.of(403, "AuthFailure", "Not authorized for image:" + id);
        }
        return image;
    }

    static boolean isVisible(Call call, io.nephele.crds.image.Image image) {
        return image.getMetadata().getDeletionTimestamp() == null
                && ImageReference.isVisible(image, call.project(), call.account());
    }

    static String name(io.nephele.crds.image.Image image) {
        return image.getSpec().name() == null
                ? image.getMetadata().getName()
                : image.getSpec().name();
    }

    static Image view(Call call, io.nephele.crds.image.Image image) {
        Project owner = call.cluster().project(image.getMetadata().getNamespace());
        String ownerId = owner == null ? "000000000000" : owner.accountId();
        ImageState state = image.getStatus() == null || image.getStatus().state() == null
                ? ImageState.Pending
                : image.getStatus().state();
        ImageSource source = image.getSpec().source();
        String location = source.http() != null
                ? source.http().url()
                : source.registry() == null ? "" : source.registry().url();
        boolean everyone =
                Boolean.TRUE.equals(image.getSpec().launchPermissionsOrNone().everyone());
        return Image.builder()
                .imageId(AwsId.IMAGE.of(image))
                .name(name(image))
                .description(image.getSpec().description())
                .imageLocation(location)
                .imageType("machine")
                .ownerId(ownerId)
                .publicLaunchPermissions(everyone)
                .architecture("x86_64")
                .state(state == ImageState.Available ? "available" : state == ImageState.Pending ? "pending" : "failed")
                .virtualizationType("hvm")
                .hypervisor("xen")
                .rootDeviceType("ebs")
                .rootDeviceName(ROOT_DEVICE)
                .enaSupport(false)
                .platformDetails("Linux/UNIX")
                .usageOperation("RunInstances")
                .creationDate(image.getMetadata().getCreationTimestamp().replace("Z", ".000Z"))
                .blockDeviceMappings(BlockDeviceMapping.builder()
                        .deviceName(ROOT_DEVICE)
                        .ebs(ebs -> ebs.volumeSize(Bytes.toGiB(image.getSpec().sizeOrDefault()))
                                .volumeType("standard")
                                .deleteOnTermination(true)
                                .encrypted(false))
                        .build())
                .tags(Tagging.list(image.getSpec().tagsOrEmpty()))
                .build();
    }
}
