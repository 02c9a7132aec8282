package io.nephele.apiserver.action.keypair;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.keypair.KeyPair;
import jakarta.inject.Singleton;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.model.DeleteKeyPairRequest;
import software.amazon.awssdk.services.ec2.model.DeleteKeyPairResponse;

/** Deleting what is not there is fine. */
@Singleton
class DeleteKeyPair implements Action<DeleteKeyPairRequest, DeleteKeyPairResponse> {

    @Override
    public DeleteKeyPairResponse call(DeleteKeyPairRequest request, Call call) {
        if (request.keyName() == null && request.keyPairId() == null) {
            throw AwsException.missing("KeyName");
        }
        Optional<KeyPair> found = request.keyName() != null
                ? KeyPairs.find(call, request.keyName())
                : call.cluster().keyPairs(call.project()).stream()
                        .filter(keyPair -> AwsId.KEY_PAIR.of(keyPair).equals(request.keyPairId()))
                        .findFirst();
        found.ifPresent(call.asUser()::delete);
        return DeleteKeyPairResponse.builder()
                .returnValue(true)
                .keyPairId(found.map(AwsId.KEY_PAIR::of).orElse(null))
                .build();
    }
}
