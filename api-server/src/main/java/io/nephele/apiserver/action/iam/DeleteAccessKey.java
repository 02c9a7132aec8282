package io.nephele.apiserver.action.iam;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.iam.model.DeleteAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.DeleteAccessKeyResponse;

/** The object goes, and with its UID every possibility that the key is good again. */
@Singleton
class DeleteAccessKey implements Action<DeleteAccessKeyRequest, DeleteAccessKeyResponse> {

    @Override
    public DeleteAccessKeyResponse call(DeleteAccessKeyRequest request, Call call) {
        OwnKeys keys = OwnKeys.of(call, request.userName());
        call.asUser().delete(keys.require(request.accessKeyId()));
        return DeleteAccessKeyResponse.builder().build();
    }
}
