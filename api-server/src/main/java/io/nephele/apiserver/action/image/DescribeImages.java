package io.nephele.apiserver.action.image;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Page;
import io.nephele.crds.image.LaunchPermissions;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesResponse;
import software.amazon.awssdk.services.ec2.model.Image;

/** The caller's own images, public ones, and those shared with him. */
@Singleton
class DescribeImages implements Action<DescribeImagesRequest, DescribeImagesResponse> {

    @Override
    public DescribeImagesResponse call(DescribeImagesRequest request, Call call) {
        var bounds = new Page.Bounds(request.maxResults(), request.nextToken(), 1, 1000).notWith(request.imageIds());
        Stream<io.nephele.crds.image.Image> images = request.imageIds().isEmpty()
                ? call.cluster().images().filter(image -> Images.isVisible(call, image))
                : Images.visible(call, request.imageIds()).stream();
        var page = Page.of(
                images.filter(image -> executableBy(image, request.executableUsers(), call))
                        .map(image -> Images.view(call, image))
                        .filter(image -> ownedBy(image, request.owners(), call))
                        .filter(Images.FILTERS.of(request.filters())),
                Image::imageId,
                bounds);
        return DescribeImagesResponse.builder()
                .images(page.items())
                .nextToken(page.nextToken())
                .build();
    }

    private static boolean ownedBy(Image image, List<String> owners, Call call) {
        return owners.isEmpty()
                || owners.contains(image.ownerId())
                || (owners.contains("self") && image.ownerId().equals(call.account()));
    }

    private static boolean executableBy(io.nephele.crds.image.Image image, List<String> users, Call call) {
        LaunchPermissions permissions = image.getSpec().launchPermissionsOrNone();
        boolean everyone = Boolean.TRUE.equals(permissions.everyone());
        return users.isEmpty()
                || (users.contains("all") && everyone)
                || users.stream()
                        .map(user -> user.equals("self") ? call.account() : user)
                        .anyMatch(account -> !everyone && permissions.allow(account));
    }
}
