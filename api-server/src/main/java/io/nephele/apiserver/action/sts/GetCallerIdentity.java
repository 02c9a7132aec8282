package io.nephele.apiserver.action.sts;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/** Who asks, and for which project. */
@Singleton
class GetCallerIdentity implements Action<GetCallerIdentityRequest, GetCallerIdentityResponse> {

    @Override
    public GetCallerIdentityResponse call(GetCallerIdentityRequest request, Call call) {
        return GetCallerIdentityResponse.builder()
                .account(call.account())
                .userId(call.caller().userId())
                .arn(call.caller().arn())
                .build();
    }
}
