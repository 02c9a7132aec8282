package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.ShutdownBehavior;
import io.nephele.crds.instance.UserData;
import jakarta.inject.Singleton;
import java.util.Base64;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceAttributeResponse;

@Singleton
class DescribeInstanceAttribute implements Action<DescribeInstanceAttributeRequest, DescribeInstanceAttributeResponse> {

    @Override
    public DescribeInstanceAttributeResponse call(DescribeInstanceAttributeRequest request, Call call) {
        if (request.attributeAsString() == null) {
            throw AwsException.missing("Attribute");
        }
        Instance instance = call.instance(request.instanceId());
        var response = DescribeInstanceAttributeResponse.builder().instanceId(AwsId.INSTANCE.of(instance));
        switch (request.attributeAsString()) {
            case "instanceType" ->
                response.instanceType(v -> v.value(instance.getSpec().instanceType()));
            case "userData" -> {
                UserData userData = instance.getSpec().userData();
                byte[] bytes = userData == null ? null : userData.bytes();
                response.userData(v -> {
                    if (bytes != null) {
                        v.value(Base64.getEncoder().encodeToString(bytes));
                    }
                });
            }
            case "disableApiTermination" ->
                response.disableApiTermination(v -> v.value(instance.getSpec().isTerminationProtected()));
            case "disableApiStop" ->
                response.disableApiStop(v -> v.value(instance.getSpec().isStopProtected()));
            case "instanceInitiatedShutdownBehavior" ->
                response.instanceInitiatedShutdownBehavior(v -> v.value(
                        instance.getSpec().shutdownBehaviorOrDefault() == ShutdownBehavior.Stop
                                ? "stop"
                                : "terminate"));
            case "rootDeviceName" -> response.rootDeviceName(v -> v.value(InstanceView.ROOT_DEVICE));
            case "blockDeviceMapping" -> response.blockDeviceMappings(InstanceView.blockDevices(call, instance));
            case "ebsOptimized" -> response.ebsOptimized(v -> v.value(false));
            case "sourceDestCheck" -> response.sourceDestCheck(v -> v.value(true));
            case "enaSupport" -> response.enaSupport(v -> v.value(false));
            case "enclaveOptions" -> response.enclaveOptions(v -> v.enabled(false));
            case "groupSet" -> response.groups(List.of());
            case "productCodes" -> response.productCodes(List.of());
            case "kernel" -> response.kernelId(v -> {});
            case "ramdisk" -> response.ramdiskId(v -> {});
            case "sriovNetSupport" -> response.sriovNetSupport(v -> {});
            default ->
                throw AwsException.invalidValue("Value (" + request.attributeAsString()
                        + ") for parameter attribute is invalid. Unknown attribute.");
        }
        return response.build();
    }
}
