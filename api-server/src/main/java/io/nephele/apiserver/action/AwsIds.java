package io.nephele.apiserver.action;

import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What AWS says of ids that cannot be, and of ids that nothing has. All ids of a request are looked at before anything is done: first their form, then whether they are there; those
 * that are not there are all named.
 *
 * <p>Source of the codes: "Error codes for the Amazon EC2 API".
 */
public enum AwsIds {
    INSTANCES(
            AwsId.INSTANCE,
            "InvalidInstanceID.Malformed",
            "Invalid id: \"%s\"",
            "InvalidInstanceID.NotFound",
            "The instance ID '%s' does not exist",
            "The instance IDs '%s' do not exist"),
    VOLUMES(
            AwsId.VOLUME,
            "InvalidParameterValue",
            "Value (%s) for parameter volumes is invalid. Expected: 'vol-...'.",
            "InvalidVolume.NotFound",
            "The volume '%s' does not exist.",
            "The volumes '%s' do not exist."),
    IMAGES(
            AwsId.IMAGE,
            "InvalidAMIID.Malformed",
            "Invalid id: \"%s\" (expecting \"ami-...\")",
            "InvalidAMIID.NotFound",
            "The image id '[%s]' does not exist",
            "The image ids '[%s]' do not exist"),
    KEY_PAIRS(
            AwsId.KEY_PAIR,
            "InvalidKeyPair.NotFound",
            "The key pair ID '%s' does not exist",
            "InvalidKeyPair.NotFound",
            "The key pair ID '%s' does not exist",
            "The key pair IDs '%s' do not exist");

    private final AwsId kind;
    private final String malformed;
    private final String malformedMessage;
    private final String notFound;
    private final String oneMessage;
    private final String manyMessage;

    AwsIds(
            AwsId kind,
            String malformed,
            String malformedMessage,
            String notFound,
            String oneMessage,
            String manyMessage) {
        this.kind = kind;
        this.malformed = malformed;
        this.malformedMessage = malformedMessage;
        this.notFound = notFound;
        this.oneMessage = oneMessage;
        this.manyMessage = manyMessage;
    }

    /**
     * All that are asked for, each once, in the order they are asked for.
     *
     * @param byId what the caller may see, or null
     */
    public <T> List<T> find(List<String> ids, Function<String, @Nullable T> byId) {
        for (String id : ids) {
            if (!kind.matches(id)) {
                throw AwsException.of(malformed, malformedMessage.formatted(id));
            }
        }
        var found = new ArrayList<T>();
        var missing = new ArrayList<String>();
        for (String id : ids.stream().distinct().toList()) {
            T object = byId.apply(id);
            if (object == null) {
                missing.add(id);
            } else {
                found.add(object);
            }
        }
        if (!missing.isEmpty()) {
            String message = missing.size() > 1 ? manyMessage : oneMessage;
            throw AwsException.of(notFound, message.formatted(String.join(", ", missing)));
        }
        return found;
    }
}
