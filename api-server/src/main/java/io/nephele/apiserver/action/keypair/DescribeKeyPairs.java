package io.nephele.apiserver.action.keypair;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.AwsIds;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Filters;
import io.nephele.apiserver.action.Tagging;
import io.nephele.crds.AwsId;
import io.nephele.crds.keypair.KeyPair;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.DescribeKeyPairsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeKeyPairsResponse;
import software.amazon.awssdk.services.ec2.model.KeyPairInfo;

@Singleton
class DescribeKeyPairs implements Action<DescribeKeyPairsRequest, DescribeKeyPairsResponse> {

    private static final Filters<KeyPairInfo> FILTERS = new Filters<KeyPairInfo>()
            .on("key-name", KeyPairInfo::keyName)
            .on("key-pair-id", KeyPairInfo::keyPairId)
            .on("fingerprint", KeyPairInfo::keyFingerprint)
            .onTags(KeyPairInfo::tags);

    @Override
    public DescribeKeyPairsResponse call(DescribeKeyPairsRequest request, Call call) {
        request.keyNames().forEach(name -> KeyPairs.require(call, name));
        List<KeyPair> all = call.cluster().keyPairs(call.project()).stream()
                .filter(keyPair -> keyPair.getMetadata().getDeletionTimestamp() == null)
                .toList();
        AwsIds.KEY_PAIRS.find(
                request.keyPairIds(),
                id -> all.stream()
                        .filter(keyPair -> AwsId.KEY_PAIR.of(keyPair).equals(id))
                        .findFirst()
                        .orElse(null));
        Stream<KeyPair> asked = all.stream()
                .filter(keyPair ->
                        request.keyNames().isEmpty() || request.keyNames().contains(KeyPairs.name(keyPair)))
                .filter(keyPair ->
                        request.keyPairIds().isEmpty() || request.keyPairIds().contains(AwsId.KEY_PAIR.of(keyPair)));
        boolean withKey = Boolean.TRUE.equals(request.includePublicKey());
        return DescribeKeyPairsResponse.builder()
                .keyPairs(asked.map(keyPair -> info(keyPair, withKey))
                        .filter(FILTERS.of(request.filters()))
                        .sorted(Comparator.comparing(KeyPairInfo::keyName))
                        .toList())
                .build();
    }

    private static KeyPairInfo info(KeyPair keyPair, boolean withKey) {
        return KeyPairInfo.builder()
                .keyName(KeyPairs.name(keyPair))
                .keyPairId(AwsId.KEY_PAIR.of(keyPair))
                .keyType(KeyPairs.type(keyPair))
                .keyFingerprint(KeyPairs.fingerprint(keyPair))
                .publicKey(withKey ? keyPair.getSpec().publicKey() : null)
                .createTime(Instant.parse(keyPair.getMetadata().getCreationTimestamp()))
                .tags(Tagging.list(keyPair.getSpec().tagsOrEmpty()))
                .build();
    }
}
