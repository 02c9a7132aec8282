package io.nephele.apiserver.action.iam;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.auth.Session;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.accesskey.AccessKeySpec;
import io.nephele.crds.project.ProjectMembership;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The access keys of the user who asks. Of others there is nothing to be seen here. */
record OwnKeys(Call call) {

    /** As AWS has it: one in use, and one to change over to. */
    private static final int MAX = 2;

    /**
     * The caller's.
     *
     * @param userName as the request has it; absent for himself
     */
    static OwnKeys of(Call call, @Nullable String userName) {
        checkSession(call);
        if (userName != null && !userName.equals(call.caller().user())) {
            throw noSuchUser(userName);
        }
        return new OwnKeys(call);
    }

    /** Credentials of GetSessionToken open no IAM, as at AWS: who has found them must not make himself lasting ones. */
    static void checkSession(Call call) {
        Session session = call.caller().session();
        if (session != null && session.kind() == Session.Kind.USER) {
            throw AwsException.of(403, "InvalidClientTokenId", "The security token included in the request is invalid");
        }
    }

    static AwsException noSuchUser(String name) {
        return AwsException.of(404, "NoSuchEntity", "The user with name " + shown(name) + " cannot be found.");
    }

    String user() {
        return call.caller().user();
    }

    /** All, in the order they were made. */
    List<AccessKey> all() {
        return call.cluster().accessKeys(call.project(), user()).stream()
                .filter(key -> key.getMetadata().getDeletionTimestamp() == null)
                .sorted(Comparator.comparing(
                                (AccessKey key) -> key.getMetadata().getCreationTimestamp())
                        .thenComparing(AccessKey::accessKeyId))
                .toList();
    }

    /** One by its id. */
    AccessKey require(@Nullable String accessKeyId) {
        if (accessKeyId == null || accessKeyId.isEmpty()) {
            throw AwsException.of(
                    "ValidationError",
                    "1 validation error detected: Value null at 'accessKeyId' failed to satisfy constraint: Member must not be null");
        }
        return all().stream()
                .filter(key -> key.accessKeyId().equals(accessKeyId))
                .findFirst()
                .orElseThrow(() -> AwsException.of(
                        404, "NoSuchEntity", "The Access Key with id " + shown(accessKeyId) + " cannot be found."));
    }

    /** Makes one. The names they can have are as many as there may be: of orders that come at once, etcd refuses those too many. */
    AccessKey create() {
        String prefix = ProjectMembership.nameOf(user()) + "-";
        List<String> names =
                IntStream.rangeClosed(1, MAX).mapToObj(i -> prefix + i).toList();
        long others = all().stream()
                .filter(key -> !names.contains(key.getMetadata().getName()))
                .count();
        for (String name : names.subList(0, (int) Math.max(0, MAX - others))) {
            AccessKey made = create(name);
            if (made != null) {
                return made;
            }
        }
        throw AwsException.of(409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: " + MAX);
    }

    private @Nullable AccessKey create(String name) {
        var key = new AccessKey();
        key.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(call.project())
                .build());
        key.setSpec(new AccessKeySpec(user(), true, null, false));
        AccessKey[] made = new AccessKey[1];
        boolean[] taken = {false};
        made[0] = call.asUser().create(key, _ -> {
            taken[0] = true;
            return key;
        });
        return taken[0] ? null : made[0];
    }

    static String status(AccessKey key) {
        return key.getSpec().isActive() && !key.getSpec().isExpired(Instant.now()) ? "Active" : "Inactive";
    }

    static Instant created(AccessKey key) {
        return Instant.parse(key.getMetadata().getCreationTimestamp());
    }

    private static String shown(String text) {
        return text.length() <= 128 ? text : text.substring(0, 128) + "...";
    }
}
