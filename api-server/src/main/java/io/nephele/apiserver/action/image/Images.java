package io.nephele.apiserver.action.image;

import io.fabric8.kubernetes.api.model.Condition;
import io.nephele.apiserver.action.AwsIds;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Filters;
import io.nephele.apiserver.action.Tagging;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.apiserver.protocol.Timestamps;
import io.nephele.crds.AwsId;
import io.nephele.crds.Bytes;
import io.nephele.crds.image.ImageReference;
import io.nephele.crds.image.ImageSource;
import io.nephele.crds.image.ImageState;
import io.nephele.crds.project.Project;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.StateReason;

/** Images as AWS shows them, and who sees which. */
public final class Images {

    static final String ROOT_DEVICE = "/dev/vda";

    static final Filters<Image> FILTERS = new Filters<Image>()
            .on("image-id", Image::imageId)
            .on("name", Image::name)
            .on("description", Image::description)
            .on("state", Image::stateAsString)
            .on(
                    "state-reason-code",
                    image -> image.stateReason() == null
                            ? null
                            : image.stateReason().code())
            .on(
                    "state-reason-message",
                    image -> image.stateReason() == null
                            ? null
                            : image.stateReason().message())
            .onValue("is-public", Image::publicLaunchPermissions)
            .on("owner-id", Image::ownerId)
            .on("architecture", Image::architectureAsString)
            .on("image-type", Image::imageTypeAsString)
            .on("root-device-name", Image::rootDeviceName)
            .on("root-device-type", Image::rootDeviceTypeAsString)
            .on("virtualization-type", Image::virtualizationTypeAsString)
            .on("hypervisor", Image::hypervisorAsString)
            .on("manifest-location", Image::imageLocation)
            .on("creation-date", Image::creationDate)
            .onValue("ena-support", Image::enaSupport)
            .onAny("block-device-mapping.device-name", devices(BlockDeviceMapping::deviceName))
            .onAny(
                    "block-device-mapping.delete-on-termination",
                    devices(m -> String.valueOf(m.ebs().deleteOnTermination())))
            .onAny(
                    "block-device-mapping.encrypted",
                    devices(m -> String.valueOf(m.ebs().encrypted())))
            .onAny(
                    "block-device-mapping.volume-size",
                    devices(m -> String.valueOf(m.ebs().volumeSize())))
            .onAny("block-device-mapping.volume-type", devices(m -> m.ebs().volumeTypeAsString()))
            .onTags(Image::tags)
            .onNothing(
                    "block-device-mapping.snapshot-id",
                    "free-tier-eligible",
                    "image-allowed",
                    "kernel-id",
                    "owner-alias",
                    "platform",
                    "product-code",
                    "product-code.type",
                    "ramdisk-id",
                    "source-image-id",
                    "source-image-region",
                    "source-instance-id",
                    "sriov-net-support");

    private static Function<Image, Collection<String>> devices(Function<BlockDeviceMapping, String> member) {
        return image -> image.blockDeviceMappings().stream().map(member).toList();
    }

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
        return visible(call, List.of(id)).getFirst();
    }

    /** Those of these ids: all, or an error that names what he does not see. */
    static List<io.nephele.crds.image.Image> visible(Call call, List<String> ids) {
        return AwsIds.IMAGES.find(
                ids,
                id -> call.cluster()
                        .imagesById(id)
                        .filter(image -> isVisible(call, image))
                        .findFirst()
                        .orElse(null));
    }

    /** One of the caller's own project. */
    static io.nephele.crds.image.Image own(Call call, @Nullable String id) {
        if (id == null) {
            throw AwsException.missing("ImageId");
        }
        io.nephele.crds.image.Image image = visible(call, id);
        if (!isOwn(call, image)) {
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
        boolean everyone =
                Boolean.TRUE.equals(image.getSpec().launchPermissionsOrNone().everyone());
        return Image.builder()
                .imageId(AwsId.IMAGE.of(image))
                .name(name(image))
                .description(image.getSpec().description())
                .imageLocation(location(call, image, ownerId))
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
                .creationDate(Timestamps.text(Instant.parse(image.getMetadata().getCreationTimestamp())))
                .blockDeviceMappings(BlockDeviceMapping.builder()
                        .deviceName(ROOT_DEVICE)
                        .ebs(ebs -> ebs.volumeSize(Bytes.toGiB(image.getSpec().sizeOrDefault()))
                                .volumeType("standard")
                                .deleteOnTermination(true)
                                .encrypted(false))
                        .build())
                .productCodes(List.of())
                .stateReason(state == ImageState.Failed ? failure(image) : null)
                // Tags are the owner's own notes.
                .tags(isOwn(call, image) ? Tagging.list(image.getSpec().tagsOrEmpty()) : List.of())
                .build();
    }

    /** Where a disk is fetched from may hold a secret: only the owner is told, as only he may read the Image. */
    private static String location(Call call, io.nephele.crds.image.Image image, String ownerId) {
        ImageSource source = image.getSpec().source();
        if (isOwn(call, image) && source.http() != null) {
            return source.http().url();
        }
        if (isOwn(call, image) && source.registry() != null) {
            return source.registry().url();
        }
        return ownerId + "/" + name(image);
    }

    private static boolean isOwn(Call call, io.nephele.crds.image.Image image) {
        return image.getMetadata().getNamespace().equals(call.project());
    }

    private static @Nullable StateReason failure(io.nephele.crds.image.Image image) {
        List<Condition> conditions =
                image.getStatus() == null ? null : image.getStatus().conditions();
        if (conditions == null) {
            return null;
        }
        return conditions.stream()
                .filter(condition -> "Ready".equals(condition.getType()))
                .map(condition -> StateReason.builder()
                        .code("Client.ImageImportFailure")
                        .message(condition.getMessage())
                        .build())
                .findFirst()
                .orElse(null);
    }
}
