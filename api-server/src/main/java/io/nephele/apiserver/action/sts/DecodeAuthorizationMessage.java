package io.nephele.apiserver.action.sts;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.protocol.AwsException;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.sts.model.DecodeAuthorizationMessageRequest;
import software.amazon.awssdk.services.sts.model.DecodeAuthorizationMessageResponse;

/** No refusal of this cloud has an encoded message, so whatever is sent is none. */
@Singleton
class DecodeAuthorizationMessage
        implements Action<DecodeAuthorizationMessageRequest, DecodeAuthorizationMessageResponse> {

    @Override
    public DecodeAuthorizationMessageResponse call(DecodeAuthorizationMessageRequest request, Call call) {
        throw AwsException.of(
                "InvalidAuthorizationMessageException",
                "The message is not an authorization message of this cloud, which has none");
    }
}
