package io.nephele.apiserver.action.image;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.ec2.model.DeregisterImageRequest;
import software.amazon.awssdk.services.ec2.model.DeregisterImageResponse;

@Singleton
class DeregisterImage implements Action<DeregisterImageRequest, DeregisterImageResponse> {

    @Override
    public DeregisterImageResponse call(DeregisterImageRequest request, Call call) {
        call.asUser().delete(Images.own(call, request.imageId()));
        return DeregisterImageResponse.builder().build();
    }
}
