package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.Bytes;
import io.nephele.crds.image.Image;
import io.nephele.crds.instance.RootVolume;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;

/** The block device mapping of the root, as orders and images have it. */
final class RootDevice {

    /** What AWS calls its types: here they all mean the site's default. */
    private static final Set<String> AWS_TYPES = Set.of("standard", "gp2", "gp3", "io1", "io2", "st1", "sc1");

    /** Names that clients give the root, whatever it is called here. */
    private static final Set<String> NAMES =
            Set.of(InstanceView.ROOT_DEVICE, "/dev/sda1", "/dev/sda", "/dev/xvda", "/dev/vda1");

    private RootDevice() {}

    /** The root volume that is ordered; null if nothing is said of it. */
    static @Nullable RootVolume of(List<BlockDeviceMapping> mappings, Image image, @Nullable Map<String, String> tags) {
        if (mappings.isEmpty()) {
            return tags == null ? null : new RootVolume(null, null, true, tags);
        }
        String device = mappings.getFirst().deviceName();
        if (device == null) {
            throw AwsException.missing("BlockDeviceMapping.1.DeviceName");
        }
        if (mappings.size() > 1 || !NAMES.contains(device)) {
            throw AwsException.unsupported(
                    "Only the root device " + InstanceView.ROOT_DEVICE + " can be mapped at launch in this cloud.");
        }
        EbsBlockDevice ebs = mappings.getFirst().ebs();
        if (ebs == null) {
            throw AwsException.unsupported("The root device is a volume: it cannot be left out or be ephemeral.");
        }
        if (ebs.snapshotId() != null) {
            throw AwsException.unsupported("The root volume comes from the image: it cannot be made from a snapshot.");
        }
        if (Boolean.TRUE.equals(ebs.encrypted())) {
            throw AwsException.unsupported("Volumes of this cloud cannot be encrypted by key.");
        }
        Integer size = ebs.volumeSize();
        int least = Bytes.toGiB(image.getSpec().sizeOrDefault());
        if (size != null && size < least) {
            throw AwsException.of(
                    "InvalidBlockDeviceMapping",
                    "Volume of size %dGB is smaller than the image, expect size >= %dGB".formatted(size, least));
        }
        if (size != null && size > 65536) {
            throw AwsException.invalidValue("Volume of " + size + "GiB is too large; maximum is 65536GiB.");
        }
        String type = ebs.volumeTypeAsString();
        return new RootVolume(
                size == null ? null : size + "Gi",
                type == null || AWS_TYPES.contains(type) ? null : type,
                ebs.deleteOnTermination() == null || ebs.deleteOnTermination(),
                tags);
    }
}
