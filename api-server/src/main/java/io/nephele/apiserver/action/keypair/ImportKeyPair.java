package io.nephele.apiserver.action.keypair;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Tagging;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.keypair.KeyPair;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import software.amazon.awssdk.services.ec2.model.ImportKeyPairRequest;
import software.amazon.awssdk.services.ec2.model.ImportKeyPairResponse;

@Singleton
class ImportKeyPair implements Action<ImportKeyPairRequest, ImportKeyPairResponse> {

    @Override
    public ImportKeyPairResponse call(ImportKeyPairRequest request, Call call) {
        if (request.publicKeyMaterial() == null) {
            throw AwsException.missing("PublicKeyMaterial");
        }
        String name = KeyPairs.free(call, request.keyName());
        PublicKeys.Parsed key =
                PublicKeys.parse(new String(request.publicKeyMaterial().asByteArray(), StandardCharsets.UTF_8));
        var tags = Tagging.of(request.tagSpecifications(), "key-pair", Set.of("key-pair"));
        KeyPair keyPair = KeyPairs.create(call, name, key.line(), key.type(), key.fingerprint(), tags);
        return ImportKeyPairResponse.builder()
                .keyName(name)
                .keyPairId(AwsId.KEY_PAIR.of(keyPair))
                .keyFingerprint(key.fingerprint())
                .tags(Tagging.list(keyPair.getSpec().tagsOrEmpty()))
                .build();
    }
}
