package io.nephele.apiserver.action.volume;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Filters;
import io.nephele.apiserver.action.Page;
import io.nephele.apiserver.action.Tagging;
import io.nephele.crds.AwsId;
import io.nephele.crds.Bytes;
import io.nephele.crds.Nephele;
import io.nephele.crds.volume.VolumeSpec;
import io.nephele.crds.volume.VolumeState;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
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
            .on("size", v -> String.valueOf(v.size()))
            .on("volume-type", Volume::volumeTypeAsString)
            .on("availability-zone", Volume::availabilityZone)
            .on("create-time", v -> String.valueOf(v.createTime()))
            .on("encrypted", v -> String.valueOf(v.encrypted()))
            .on("snapshot-id", Volume::snapshotId)
            .onAny(
                    "attachment.instance-id",
                    v -> v.attachments().stream()
                            .map(VolumeAttachment::instanceId)
                            .toList())
            .onAny(
                    "attachment.device",
                    v -> v.attachments().stream().map(VolumeAttachment::device).toList())
            .onAny(
                    "attachment.status",
                    v -> v.attachments().stream()
                            .map(VolumeAttachment::stateAsString)
                            .toList())
            .onAny(
                    "attachment.delete-on-termination",
                    v -> v.attachments().stream()
                            .map(a -> String.valueOf(a.deleteOnTermination()))
                            .toList())
            .onTags(v -> Tagging.map(v.tags()));

    @Override
    public DescribeVolumesResponse call(DescribeVolumesRequest request, Call call) {
        var bounds = new Page.Bounds(request.maxResults(), request.nextToken(), 5, 1000).notWith(request.volumeIds());
        Stream<io.nephele.crds.volume.Volume> volumes = request.volumeIds().isEmpty()
                ? call.cluster().volumes(call.project()).stream()
                : request.volumeIds().stream().distinct().map(call::volume);
        var page = Page.of(
                volumes.map(volume -> view(call, volume)).filter(FILTERS.of(request.filters())),
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
                .createTime(created)
                .encrypted(false)
                .multiAttachEnabled(false)
                .snapshotId("")
                .attachments(attachments(volume, created))
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

    private static List<VolumeAttachment> attachments(io.nephele.crds.volume.Volume volume, Instant created) {
        VolumeSpec.Attachment attachment = volume.getSpec().attachment();
        if (attachment == null) {
            return List.of();
        }
        return List.of(VolumeAttachment.builder()
                .volumeId(AwsId.VOLUME.of(volume))
                .instanceId(instanceId(volume))
                .device(attachment.device())
                .state("attached")
                .attachTime(created)
                .deleteOnTermination(attachment.isDeleteOnTermination())
                .build());
    }

    private static @Nullable String instanceId(io.nephele.crds.volume.Volume volume) {
        return volume.getMetadata().getLabels() == null
                ? null
                : volume.getMetadata().getLabels().get(Nephele.LABEL_INSTANCE);
    }
}
