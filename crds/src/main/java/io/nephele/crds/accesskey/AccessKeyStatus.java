package io.nephele.crds.accesskey;

import io.fabric8.kubernetes.api.model.Condition;
import io.nephele.crds.HasConditions;
import io.nephele.crds.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The key that was made. Its secret part is stored nowhere: it follows from the cloud's master key and the object's UID.
 *
 * @param accessKeyId 20 characters, as AWS has them
 * @param secretName the Secret of the same namespace with {@link #ID} and {@link #SECRET}, as long as it is there
 * @param lastUsed written by the facade, at most every few minutes
 */
@Wire
public record AccessKeyStatus(
        @Nullable String accessKeyId,
        @Nullable String secretName,
        @Nullable LastUsed lastUsed,
        @Nullable List<Condition> conditions)
        implements HasConditions<AccessKeyStatus> {

    /** Of an object of which nothing is known yet. */
    public static final AccessKeyStatus NONE = new AccessKeyStatus(null, null, null, null);

    /** Key of the Secret: the access key id. */
    public static final String ID = "AWS_ACCESS_KEY_ID";

    /** Key of the Secret: the secret access key. */
    public static final String SECRET = "AWS_SECRET_ACCESS_KEY";

    /**
     * When and for what a request was signed with it.
     *
     * @param at RFC 3339, UTC
     */
    @Wire
    public record LastUsed(
            @Nullable String at,
            @Nullable String service,
            @Nullable String region) {}

    @Override
    public AccessKeyStatus withConditions(List<Condition> conditions) {
        return new AccessKeyStatus(accessKeyId, secretName, lastUsed, conditions);
    }
}
