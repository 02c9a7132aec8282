package io.nephele.apiserver.action.iam;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Json;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.accesskey.AccessKey;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.iam.model.UpdateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.UpdateAccessKeyResponse;

@Singleton
class UpdateAccessKey implements Action<UpdateAccessKeyRequest, UpdateAccessKeyResponse> {

    @Override
    public UpdateAccessKeyResponse call(UpdateAccessKeyRequest request, Call call) {
        OwnKeys keys = OwnKeys.of(call, request.userName());
        boolean active = switch (String.valueOf(request.statusAsString())) {
            case "Active" -> true;
            case "Inactive" -> false;
            default ->
                throw AwsException.of(
                        "ValidationError",
                        "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]");
        };
        AccessKey key = keys.require(request.accessKeyId());
        call.asUser().patch(key, Json.spec(spec -> spec.put("active", active)));
        return UpdateAccessKeyResponse.builder().build();
    }
}
