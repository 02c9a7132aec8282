package io.nephele.apiserver.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.nephele.apiserver.audit.Trail;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.Nephele;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes with the rights of the user who asks: the API server decides what he may, by the same rules as for kubectl.
 *
 * @param user as the identity provider names him
 * @param dryRun everything is checked by the API server, nothing is written, and the answer is AWS's DryRunOperation
 * @param trail is told what is written; what is written is told which request that was
 */
public record AsUser(KubernetesClient client, Cluster cluster, String user, boolean dryRun, Trail trail) {

    /** A webhook that does not answer is an AWS client's to try again, who waits longer each time. */
    private static final int RETRIES = 3;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
    private static final PatchContext DRY_MERGE = new PatchContext.Builder()
            .withPatchType(PatchType.JSON_MERGE)
            .withDryRun(List.of("All"))
            .build();

    /** What an object of that name already being there means to the caller. */
    @FunctionalInterface
    public interface OnConflict<T> {
        T answer(KubernetesClientException conflict);
    }

    /** Creates an object and waits until it can be seen. It says already who is charged, so that admission has nothing to fill in: one call less. */
    public <T extends HasMetadata> T create(T object, OnConflict<T> onConflict) {
        object.setMetadata(new ObjectMetaBuilder(object.getMetadata())
                .addToAnnotations(Nephele.ANNOTATION_REQUEST_ID, trail.requestId())
                .addToAnnotations(Nephele.ANNOTATION_CHARGED_TO, user)
                .build());
        T created;
        try {
            created = dryRun
                    ? as(c -> c.resource(object).dryRun(true).create())
                    : as(c -> c.resource(object).create());
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return onConflict.answer(e);
            }
            throw translate(e);
        }
        dryRunEndsHere();
        trail.wrote(created);
        cluster.await(created);
        return created;
    }

    /**
     * Reads an object, as its namespace and name say, past the cache; and waits until the cache shows it too.
     *
     * @return null if it is not there
     */
    public <T extends HasMetadata> @Nullable T read(T object) {
        T found;
        try {
            found = as(c -> c.resource(object).get());
        } catch (KubernetesClientException e) {
            throw translate(e);
        }
        if (found != null) {
            cluster.await(found);
        }
        return found;
    }

    /** Applies a JSON merge patch and waits until it can be seen. */
    public <T extends HasMetadata> T patch(T object, String mergePatch) {
        T patched;
        try {
            patched = as(c -> c.resource(object).patch(dryRun ? DRY_MERGE : MERGE, signed(mergePatch)));
        } catch (KubernetesClientException e) {
            throw translate(e);
        }
        dryRunEndsHere();
        trail.wrote(patched);
        cluster.await(patched);
        return patched;
    }

    private String signed(String mergePatch) {
        try {
            var patch = (ObjectNode) MAPPER.readTree(mergePatch);
            patch.withObjectProperty("metadata")
                    .withObjectProperty("annotations")
                    .put(Nephele.ANNOTATION_REQUEST_ID, trail.requestId());
            return patch.toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Deletes an object and waits until that can be seen. */
    public void delete(HasMetadata object) {
        try {
            if (dryRun) {
                as(c -> c.resource(object).dryRun(true).delete());
            } else {
                as(c -> c.resource(object).delete());
            }
        } catch (KubernetesClientException e) {
            throw translate(e);
        }
        dryRunEndsHere();
        trail.wrote(object);
        cluster.awaitGone(object);
    }

    private void dryRunEndsHere() {
        if (dryRun) {
            throw dryRunOperation();
        }
    }

    /** What AWS answers when only the flag has kept it from doing it. */
    public static AwsException dryRunOperation() {
        return AwsException.of(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
    }

    private <R> R as(Function<NamespacedKubernetesClient, R> call) {
        var config = new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                .withImpersonateUsername(Nephele.IDENTITY_PREFIX + user)
                .withImpersonateGroups(Nephele.GROUP_USERS)
                .withRequestRetryBackoffLimit(RETRIES)
                .build();
        return client.adapt(NamespacedKubernetesClient.class)
                .withRequestConfig(config)
                .call(c -> call.apply(c));
    }

    /** What a refusal of the API server is called at AWS. */
    public static AwsException translate(KubernetesClientException e) {
        String message = e.getStatus() == null || e.getStatus().getMessage() == null
                ? String.valueOf(e.getMessage())
                : e.getStatus().getMessage();
        return switch (e.getCode()) {
            case HttpURLConnection.HTTP_FORBIDDEN -> forbidden(e, message);
            case HttpURLConnection.HTTP_UNAUTHORIZED ->
                AwsException.of(503, "Unavailable", "The cloud does not accept its own facade at the moment");
            case 422, HttpURLConnection.HTTP_BAD_REQUEST -> AwsException.invalidValue(message);
            case HttpURLConnection.HTTP_NOT_FOUND ->
                AwsException.of("IncorrectState", "The resource was deleted in the meantime");
            case HttpURLConnection.HTTP_CONFLICT ->
                AwsException.of(503, "Unavailable", "The resource was changed at the same time: try again");
            case 429 -> AwsException.of(503, "RequestLimitExceeded", "Request limit exceeded.");
            default -> AwsException.of(503, "Unavailable", "The cloud cannot be reached at the moment: try again");
        };
    }

    /** Forbidden by his roles, by a policy, or by a quota that the administrator has set. */
    private static AwsException forbidden(KubernetesClientException e, String message) {
        AwsException limit = LimitCodes.of(e);
        if (limit != null) {
            return limit;
        }
        if (message.contains("ValidatingAdmissionPolicy")) {
            return AwsException.of("OperationNotPermitted", message);
        }
        if (message.contains("exceeded quota")) {
            String kind = e.getStatus().getDetails() == null
                    ? ""
                    : e.getStatus().getDetails().getKind();
            return AwsException.of(
                    switch (String.valueOf(kind)) {
                        case "instances" -> "InstanceLimitExceeded";
                        case "volumes" -> "VolumeLimitExceeded";
                        default -> "ResourceLimitExceeded";
                    },
                    message);
        }
        return AwsException.of(403, "UnauthorizedOperation", "You are not authorized to perform this operation.");
    }
}
