package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.protocol.AwsException;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.ec2.model.ResetInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ResetInstanceAttributeResponse;

/** What can be reset has its first value here always. */
@Singleton
class ResetInstanceAttribute implements Action<ResetInstanceAttributeRequest, ResetInstanceAttributeResponse> {

    @Override
    public ResetInstanceAttributeResponse call(ResetInstanceAttributeRequest request, Call call) {
        if (request.attributeAsString() == null) {
            throw AwsException.missing("Attribute");
        }
        call.instance(request.instanceId());
        return switch (request.attributeAsString()) {
            case "sourceDestCheck", "kernel", "ramdisk" ->
                ResetInstanceAttributeResponse.builder().build();
            default ->
                throw AwsException.invalidValue("Value (" + request.attributeAsString()
                        + ") for parameter attribute is invalid. It cannot be reset.");
        };
    }
}
