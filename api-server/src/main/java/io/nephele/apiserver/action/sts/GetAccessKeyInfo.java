package io.nephele.apiserver.action.sts;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.accesskey.AccessKey;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.sts.model.GetAccessKeyInfoRequest;
import software.amazon.awssdk.services.sts.model.GetAccessKeyInfoResponse;

/** The account of a key. Of other projects' keys nobody learns that they are there. */
@Singleton
class GetAccessKeyInfo implements Action<GetAccessKeyInfoRequest, GetAccessKeyInfoResponse> {

    @Override
    public GetAccessKeyInfoResponse call(GetAccessKeyInfoRequest request, Call call) {
        if (request.accessKeyId() == null) {
            throw Constraints.missing("accessKeyId");
        }
        AccessKey key = call.cluster().accessKey(request.accessKeyId());
        if (key == null || !key.getMetadata().getNamespace().equals(call.project())) {
            throw AwsException.of(403, "AccessDenied", "Not authorized to perform sts:GetAccessKeyInfo on this key");
        }
        return GetAccessKeyInfoResponse.builder().account(call.account()).build();
    }
}
