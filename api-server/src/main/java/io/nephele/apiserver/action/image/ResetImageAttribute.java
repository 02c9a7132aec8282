package io.nephele.apiserver.action.image;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.protocol.AwsException;
import jakarta.inject.Singleton;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.ResetImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ResetImageAttributeResponse;

@Singleton
class ResetImageAttribute implements Action<ResetImageAttributeRequest, ResetImageAttributeResponse> {

    @Override
    public ResetImageAttributeResponse call(ResetImageAttributeRequest request, Call call) {
        if (!"launchPermission".equals(request.attributeAsString())) {
            throw AwsException.invalidValue("Value (" + request.attributeAsString()
                    + ") for parameter attribute is invalid. Only launchPermission can be reset.");
        }
        ModifyImageAttribute.write(call, Images.own(call, request.imageId()), false, List.of());
        return ResetImageAttributeResponse.builder().build();
    }
}
