package io.nephele.apiserver.action.iam;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.accesskey.AccessKeyStatus;
import jakarta.inject.Singleton;
import java.time.Instant;
import software.amazon.awssdk.services.iam.model.AccessKeyLastUsed;
import software.amazon.awssdk.services.iam.model.GetAccessKeyLastUsedRequest;
import software.amazon.awssdk.services.iam.model.GetAccessKeyLastUsedResponse;

/** To five minutes. A key that was never used has neither date nor service, which AWS writes as N/A. */
@Singleton
class GetAccessKeyLastUsed implements Action<GetAccessKeyLastUsedRequest, GetAccessKeyLastUsedResponse> {

    @Override
    public GetAccessKeyLastUsedResponse call(GetAccessKeyLastUsedRequest request, Call call) {
        OwnKeys keys = OwnKeys.of(call, null);
        AccessKey key = keys.require(request.accessKeyId());
        AccessKeyStatus.LastUsed used =
                key.getStatus() == null ? null : key.getStatus().lastUsed();
        var lastUsed = AccessKeyLastUsed.builder().serviceName("N/A").region("N/A");
        if (used != null && used.at() != null) {
            lastUsed.lastUsedDate(Instant.parse(used.at()))
                    .serviceName(used.service())
                    .region(used.region());
        }
        return GetAccessKeyLastUsedResponse.builder()
                .userName(keys.user())
                .accessKeyLastUsed(lastUsed.build())
                .build();
    }
}
