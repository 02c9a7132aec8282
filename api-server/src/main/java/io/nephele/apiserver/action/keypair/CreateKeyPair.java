package io.nephele.apiserver.action.keypair;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Tagging;
import io.nephele.crds.AwsId;
import io.nephele.crds.keypair.KeyPair;
import jakarta.inject.Singleton;
import java.util.Set;
import software.amazon.awssdk.services.ec2.model.CreateKeyPairRequest;
import software.amazon.awssdk.services.ec2.model.CreateKeyPairResponse;

@Singleton
class CreateKeyPair implements Action<CreateKeyPairRequest, CreateKeyPairResponse> {

    @Override
    public CreateKeyPairResponse call(CreateKeyPairRequest request, Call call) {
        String type = request.keyTypeAsString() == null ? "rsa" : request.keyTypeAsString();
        String format = request.keyFormatAsString() == null ? "pem" : request.keyFormatAsString();
        String name = KeyPairs.free(call, request.keyName());
        var tags = Tagging.of(request.tagSpecifications(), "key-pair", Set.of("key-pair"));
        PrivateKeys.Created created = PrivateKeys.create(type, format, name);
        KeyPair keyPair = KeyPairs.create(call, name, created.publicKey(), type, created.fingerprint(), tags);
        return CreateKeyPairResponse.builder()
                .keyName(name)
                .keyPairId(AwsId.KEY_PAIR.of(keyPair))
                .keyFingerprint(created.fingerprint())
                .keyMaterial(created.material())
                .tags(Tagging.list(keyPair.getSpec().tagsOrEmpty()))
                .build();
    }
}
