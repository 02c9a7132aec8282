package io.nephele.apiserver.action.image;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.image.Image;
import io.nephele.crds.image.LaunchPermissions;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.DescribeImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImageAttributeResponse;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;

@Singleton
class DescribeImageAttribute implements Action<DescribeImageAttributeRequest, DescribeImageAttributeResponse> {

    @Override
    public DescribeImageAttributeResponse call(DescribeImageAttributeRequest request, Call call) {
        if (request.attributeAsString() == null) {
            throw AwsException.missing("Attribute");
        }
        Image image = Images.own(call, request.imageId());
        var response = DescribeImageAttributeResponse.builder().imageId(AwsId.IMAGE.of(image));
        switch (request.attributeAsString()) {
            case "launchPermission" ->
                response.launchPermissions(permissions(image.getSpec().launchPermissionsOrNone()));
            case "description" ->
                response.description(v -> v.value(image.getSpec().description()));
            case "blockDeviceMapping" ->
                response.blockDeviceMappings(Images.view(call, image).blockDeviceMappings());
            case "productCodes" -> response.productCodes(List.of());
            case "kernel" -> response.kernelId(v -> {});
            case "ramdisk" -> response.ramdiskId(v -> {});
            case "sriovNetSupport" -> response.sriovNetSupport(v -> {});
            case "bootMode" -> response.bootMode(v -> v.value("legacy-bios"));
            case "imdsSupport" -> response.imdsSupport(v -> {});
            case "tpmSupport" -> response.tpmSupport(v -> {});
            case "uefiData" -> response.uefiData(v -> {});
            case "lastLaunchedTime" -> response.lastLaunchedTime(v -> {});
            case "deregistrationProtection" -> response.deregistrationProtection(v -> v.value("disabled"));
            default ->
                throw AwsException.invalidValue("Value (" + request.attributeAsString()
                        + ") for parameter attribute is invalid. Unknown attribute.");
        }
        return response.build();
    }

    private static List<LaunchPermission> permissions(LaunchPermissions permissions) {
        var list = new ArrayList<LaunchPermission>();
        if (Boolean.TRUE.equals(permissions.everyone())) {
            list.add(LaunchPermission.builder().group("all").build());
        }
        if (permissions.accounts() != null) {
            permissions
                    .accounts()
                    .forEach(account ->
                            list.add(LaunchPermission.builder().userId(account).build()));
        }
        return list;
    }
}
