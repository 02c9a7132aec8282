package io.nephele.apiserver.action.volume;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Filters;
import io.nephele.apiserver.action.Page;
import io.nephele.apiserver.action.Tagging;
import io.nephele.apiserver.protocol.Timestamps;
import io.nephele.crds.AwsId;
import io.nephele.crds.Bytes;
import io.nephele.crds.Nephele;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.volume.VolumeSpec;
import io.nephele.crds.volume.VolumeState;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesResponse;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.ec2.model.VolumeAttachment;

@Singleton
class DescribeVolumes implements Action<DescribeVolumesRequest, DescribeVolumesResponse> {

    private static final Filters<Volume> FILTERS = new Filters<Volume>()
            .on("volume-id", Volume::volumeId)
            .on("status", Volume::stateAsString)
            .onValue("size", Volume::size)
            .on("volume-type", Volume::volumeTypeAsString)
            .on("availability-zone", Volume::availabilityZone)
            .on("availability-zone-id", Volume::availabilityZoneId)
            .onTime("create-time", Volume::createTime)
            .onValue("encrypted", Volume::encrypted)
            .onValue("multi-attach-enabled", Volume::multiAttachEnabled)
            .on("snapshot-id", Volume::snapshotId)
            .onAny("attachment.instance-id", attachments(VolumeAttachment::instanceId))
            .onAny("attachment.device", attachments(VolumeAttachment::device))
            .onAny("attachment.status", attachments(VolumeAttachment::stateAsString))
            .onAny("attachment.attach-time", attachments(a -> Timestamps.text(a.attachTime())))
            .onAny("attachment.delete-on-termination", attachments(a -> String.valueOf(a.deleteOnTermination())))
            .onTags(Volume::tags)
            .onNothing("fast-restored", "operator.managed", "operator.principal");

    private static Function<Volume, Collection<String>> attachments(Function<VolumeAttachment, String> member) {
        return volume -> volume.attachments().stream()
                .map(member)
                .filter(Objects::nonNull)
                .toList();
    }

    @Override
    public DescribeVolumesResponse call(DescribeVolumesRequest request, Call call) {
        var bounds = new Page.Bounds(request.maxResults(), request.nextToken(), 5, 1000).notWith(request.volumeIds());
        List<io.nephele.crds.volume.Volume> volumes = request.volumeIds().isEmpty()
                ? call.cluster().volumes(call.project())
                : call.volumes(request.volumeIds());
        var page = Page.of(
                volumes.stream().map(volume -> view(call, volume)).filter(FILTERS.of(request.filters())),
                Volume::volumeId,
                bounds);
        return DescribeVolumesResponse.builder()
                .volumes(page.items())
                .nextToken(page.nextToken())
                .build();
    }

    private static Volume view(Call call, io.nephele.crds.volume.Volume volume) {
        VolumeSpec spec = volume.getSpec();
        Instant created = Instant.parse(volume.getMetadata().getCreationTimestamp());
        return Volume.builder()
                .volumeId(AwsId.VOLUME.of(volume))
                .size(Bytes.toGiB(spec.size()))
                .volumeType(spec.volumeType() == null ? "standard" : spec.volumeType())
                .state(state(volume).awsName())
                .availabilityZone(call.defaultZone())
                .availabilityZoneId(call.zoneId(call.defaultZone()))
                .createTime(created)
                .encrypted(false)
                .multiAttachEnabled(false)
                .snapshotId("")
                .attachments(attachments(call, volume, created))
                .tags(Tagging.list(spec.tagsOrEmpty()))
                .build();
    }

    private static VolumeState state(io.nephele.crds.volume.Volume volume) {
        if (volume.getMetadata().getDeletionTimestamp() != null) {
            return VolumeState.Deleting;
        }
        VolumeState reported =
                volume.getStatus() == null ? null : volume.getStatus().state();
        return reported == null ? VolumeState.Creating : reported;
    }

    private static List<VolumeAttachment> attachments(
            Call call, io.nephele.crds.volume.Volume volume, Instant created) {
        VolumeSpec.Attachment attachment = volume.getSpec().attachment();
        if (attachment == null) {
            return List.of();
        }
        return List.of(VolumeAttachment.builder()
                .volumeId(AwsId.VOLUME.of(volume))
                .instanceId(instanceId(call, volume, attachment))
                .device(attachment.device())
                .state("attached")
                .attachTime(created)
                .deleteOnTermination(attachment.isDeleteOnTermination())
                .build());
    }

    /** The operator labels the volumes that it makes; one that somebody else has attached is found by the Instance's name. */
    private static @Nullable String instanceId(
            Call call, io.nephele.crds.volume.Volume volume, VolumeSpec.Attachment attachment) {
        var labels = volume.getMetadata().getLabels();
        String labelled = labels == null ? null : labels.get(Nephele.LABEL_INSTANCE);
        if (labelled != null) {
            return labelled;
        }
        Instance instance = call.cluster().instanceNamed(call.project(), attachment.instance());
        return instance == null ? null : AwsId.INSTANCE.of(instance);
    }
}
