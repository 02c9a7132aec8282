package io.nephele.apiserver.action.tag;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.nephele.apiserver.action.AwsIds;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.image.Image;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.keypair.KeyPair;
import io.nephele.crds.volume.Volume;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A resource that can have tags.
 *
 * @param type as AWS calls it
 */
record Tagged(String id, String type, Map<String, String> tags, HasMetadata object) {

    private static final int MAX_RESOURCES = 1000;

    /** All of the caller's project. */
    static Stream<Tagged> all(Call call) {
        return Stream.of(
                        call.cluster().instances(call.project()).stream().map(Tagged::of),
                        call.cluster().volumes(call.project()).stream().map(Tagged::of),
                        call.cluster()
                                .images()
                                .filter(i -> i.getMetadata().getNamespace().equals(call.project()))
                                .map(Tagged::of),
                        call.cluster().keyPairs(call.project()).stream().map(Tagged::of))
                .flatMap(s -> s);
    }

    /** Those of these ids, each once: all, or an error. */
    static List<Tagged> require(Call call, List<String> ids) {
        if (ids.size() > MAX_RESOURCES) {
            throw AwsException.invalidValue("At most " + MAX_RESOURCES + " resources can be tagged in one request.");
        }
        return ids.stream().distinct().map(id -> require(call, id)).toList();
    }

    private static Tagged require(Call call, String id) {
        String prefix = id.contains("-") ? id.substring(0, id.indexOf('-')) : "";
        return switch (prefix) {
            case "i" -> of(call.instance(id));
            case "vol" -> of(call.volume(id));
            case "ami" ->
                AwsIds.IMAGES.find(List.of(id), wanted -> byId(call, wanted)).getFirst();
            case "key" ->
                AwsIds.KEY_PAIRS.find(List.of(id), wanted -> byId(call, wanted)).getFirst();
            default -> throw AwsException.of("InvalidID", "The ID '" + id + "' is not valid");
        };
    }

    private static @Nullable Tagged byId(Call call, String id) {
        return all(call).filter(tagged -> tagged.id().equals(id)).findFirst().orElse(null);
    }

    private static Tagged of(Instance instance) {
        return new Tagged(
                AwsId.INSTANCE.of(instance), "instance", instance.getSpec().tagsOrEmpty(), instance);
    }

    private static Tagged of(Volume volume) {
        return new Tagged(AwsId.VOLUME.of(volume), "volume", volume.getSpec().tagsOrEmpty(), volume);
    }

    private static Tagged of(Image image) {
        return new Tagged(AwsId.IMAGE.of(image), "image", image.getSpec().tagsOrEmpty(), image);
    }

    private static Tagged of(KeyPair keyPair) {
        return new Tagged(
                AwsId.KEY_PAIR.of(keyPair), "key-pair", keyPair.getSpec().tagsOrEmpty(), keyPair);
    }
}
