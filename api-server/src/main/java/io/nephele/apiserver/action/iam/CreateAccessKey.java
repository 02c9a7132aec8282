package io.nephele.apiserver.action.iam;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.auth.MasterKeySource;
import io.nephele.crds.accesskey.AccessKey;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyResponse;

/** A key whose secret half is in this answer and nowhere else. */
@Singleton
class CreateAccessKey implements Action<CreateAccessKeyRequest, CreateAccessKeyResponse> {

    private final MasterKeySource masterKey;

    CreateAccessKey(MasterKeySource masterKey) {
        this.masterKey = masterKey;
    }

    @Override
    public CreateAccessKeyResponse call(CreateAccessKeyRequest request, Call call) {
        OwnKeys keys = OwnKeys.of(call, request.userName());
        AccessKey key = keys.create();
        String secret = masterKey.with(
                master -> master.secretAccessKey(key.getMetadata().getUid()));
        return CreateAccessKeyResponse.builder()
                .accessKey(k -> k.userName(keys.user())
                        .accessKeyId(key.accessKeyId())
                        .secretAccessKey(secret)
                        .status(OwnKeys.status(key))
                        .createDate(OwnKeys.created(key)))
                .build();
    }
}
