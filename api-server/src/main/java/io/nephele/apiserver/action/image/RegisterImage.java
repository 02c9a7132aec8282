package io.nephele.apiserver.action.image;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Tagging;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.Nephele;
import io.nephele.crds.image.Image;
import io.nephele.crds.image.ImageSource;
import io.nephele.crds.image.ImageSpec;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.RegisterImageResponse;

/** Imports a disk: {@code ImageLocation} is an http(s) URL of a qcow2 or raw file, or {@code docker://...} of a container disk. */
@Singleton
class RegisterImage implements Action<RegisterImageRequest, RegisterImageResponse> {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9()\\[\\] ./'@_-]{3,128}");

    @Override
    public RegisterImageResponse call(RegisterImageRequest request, Call call) {
        String name = request.name();
        if (name == null) {
            throw AwsException.missing("Name");
        }
        if (!NAME.matcher(name).matches()) {
            throw AwsException.of(
                    "InvalidAMIName.Malformed",
                    "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, blanks and ()[]./-'@_");
        }
        List<Image> own = call.cluster()
                .images()
                .filter(image -> image.getMetadata().getNamespace().equals(call.project()))
                .toList();
        if (own.stream().anyMatch(image -> !isGoing(image) && Images.name(image).equals(name))) {
            throw duplicate(name);
        }
        if (request.architectureAsString() != null
                && !request.architectureAsString().equals("x86_64")) {
            throw AwsException.unsupported(
                    "The architecture " + request.architectureAsString() + " is not available in this cloud.");
        }
        var image = new Image();
        image.setMetadata(new ObjectMetaBuilder()
                .withName(id(call, name, own))
                .withNamespace(call.project())
                .withFinalizers(Nephele.FINALIZER)
                .build());
        image.setSpec(new ImageSpec(
                source(request.imageLocation()),
                size(request),
                null,
                name,
                request.description(),
                null,
                Tagging.of(request.tagSpecifications(), "image", Set.of("image", "snapshot"))));
        call.asUser().create(image, _ -> {
            throw duplicate(name);
        });
        return RegisterImageResponse.builder()
                .imageId(image.getMetadata().getName())
                .build();
    }

    private static AwsException duplicate(String name) {
        return AwsException.of(
                "InvalidAMIName.Duplicate", "AMI name " + name + " is already in use by another AMI of this account");
    }

    /** The name decides the id: of two orders for one name one wins. An image that is on its way out keeps its id until it is gone. */
    private static String id(Call call, String name, List<Image> own) {
        Set<String> going = own.stream()
                .filter(RegisterImage::isGoing)
                .map(image -> image.getMetadata().getName())
                .collect(Collectors.toSet());
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> AwsId.IMAGE.derive(call.project(), name, Integer.toString(i)))
                .filter(id -> !going.contains(id))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isGoing(Image image) {
        return image.getMetadata().getDeletionTimestamp() != null;
    }

    private static ImageSource source(@Nullable String location) {
        if (location == null) {
            throw AwsException.unsupported(
                    "Images come from an ImageLocation in this cloud: an http(s) URL of a qcow2 or raw file, or docker://...");
        }
        if (location.startsWith("docker://")) {
            return new ImageSource(null, new ImageSource.Registry(location));
        }
        if (location.startsWith("http://") || location.startsWith("https://")) {
            return new ImageSource(new ImageSource.Http(location, null), null);
        }
        throw AwsException.invalidValue("ImageLocation must be an http(s) URL of a qcow2 or raw file, or docker://...");
    }

    private static @Nullable String size(RegisterImageRequest request) {
        for (BlockDeviceMapping mapping : request.blockDeviceMappings()) {
            if (mapping.ebs() != null && mapping.ebs().volumeSize() != null) {
                int size = mapping.ebs().volumeSize();
                if (size < 1 || size > 65536) {
                    throw AwsException.invalidValue("The volume size must be between 1 and 65536 GiB");
                }
                return size + "Gi";
            }
        }
        return null;
    }
}
