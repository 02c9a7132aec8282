package io.nephele.sandbox.standin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.HttpsEndpoint.RequestHandler;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Admission webhooks: what comes in and goes out of them. */
public final class Admission {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Admission() {}

    /**
     * A refusal: what an API server tells its client.
     *
     * @param field that is wrong, in a refusal of one
     * @param causes in a refusal of several things at once
     */
    public record Refusal(
            int code, String message, @Nullable String field, List<Refusal> causes) {

        public Refusal(int code, String message, @Nullable String field) {
            this(code, message, field, List.of());
        }

        /** 422, as the validators of KubeVirt and CDI answer. */
        public static Refusal invalid(String message, @Nullable String field) {
            return new Refusal(422, message, field);
        }

        /** 422 for all of them, or null if there are none. */
        public static @Nullable Refusal invalid(List<Refusal> causes) {
            return causes.isEmpty()
                    ? null
                    : new Refusal(
                            422, causes.stream().map(Refusal::message).collect(Collectors.joining(", ")), null, causes);
        }

        private List<Refusal> allCauses() {
            return causes.isEmpty() && field != null ? List.of(this) : causes;
        }
    }

    /** A webhook that lets a request pass (null) or refuses it. It is given the whole {@code request} of the review. */
    public static RequestHandler validating(Function<JsonNode, @Nullable Refusal> validator) {
        return validating(validator, _ -> List.of());
    }

    /** The same, with warnings for what passes. */
    public static RequestHandler validating(
            Function<JsonNode, @Nullable Refusal> validator, Function<JsonNode, List<String>> warnings) {
        return handler(request -> {
            ObjectNode response = MAPPER.createObjectNode();
            refused(response, validator.apply(request));
            warnings.apply(request).forEach(response.withArray("warnings")::add);
            return response;
        });
    }

    private static boolean refused(ObjectNode response, @Nullable Refusal refusal) {
        response.put("allowed", refusal == null);
        if (refusal == null) {
            return false;
        }
        ObjectNode status = response.putObject("status");
        status.put("code", refusal.code()).put("message", refusal.message()).put("status", "Failure");
        if (!refusal.allCauses().isEmpty()) {
            status.put("reason", "Invalid");
            ArrayNode causes = status.putObject("details").putArray("causes");
            for (Refusal cause : refusal.allCauses()) {
                causes.addObject().put("field", cause.field()).put("message", cause.message());
            }
        }
        return true;
    }

    /** A webhook that changes the object. */
    public static RequestHandler mutating(UnaryOperator<ObjectNode> change) {
        return mutating(change, _ -> null);
    }

    /** The same, for one that refuses some. */
    public static RequestHandler mutating(
            UnaryOperator<ObjectNode> change, Function<JsonNode, @Nullable Refusal> validator) {
        return mutatingRequest(
                request -> request.path("object") instanceof ObjectNode object
                        ? change.apply(object.deepCopy())
                        : MAPPER.createObjectNode(),
                validator);
    }

    /** A webhook that makes the new object from the whole {@code request} of the review. */
    public static RequestHandler mutatingRequest(
            Function<JsonNode, ObjectNode> change, Function<JsonNode, @Nullable Refusal> validator) {
        return handler(request -> {
            ObjectNode response = MAPPER.createObjectNode();
            if (refused(response, validator.apply(request))) {
                return response;
            }
            if (request.path("object") instanceof ObjectNode object) {
                ObjectNode changed = change.apply(request);
                if (!changed.equals(object)) {
                    ArrayNode operations = MAPPER.createArrayNode();
                    for (String part : new String[] {"metadata", "spec", "status"}) {
                        if (!changed.path(part).equals(object.path(part))) {
                            operations
                                    .addObject()
                                    .put("op", "replace")
                                    .put("path", "/" + part)
                                    .set("value", changed.get(part));
                        }
                    }
                    String patch = operations.toString();
                    response.put("patchType", "JSONPatch");
                    response.put(
                            "patch",
                            Base64.getEncoder()
                                    .encodeToString(patch.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
                }
            }
            return response;
        });
    }

    /** A webhook that words its response itself, from the {@code request} of the review. */
    public static RequestHandler answering(Function<JsonNode, ObjectNode> answer) {
        return handler(answer);
    }

    private static RequestHandler handler(Function<JsonNode, ObjectNode> answer) {
        return sent -> {
            JsonNode review = MAPPER.readTree(sent.body());
            ObjectNode response = answer.apply(review.path("request"));
            response.put("uid", review.path("request").path("uid").asText());
            ObjectNode document = MAPPER.createObjectNode();
            document.put("apiVersion", "admission.k8s.io/v1")
                    .put("kind", "AdmissionReview")
                    .set("response", response);
            return Answer.json(200, document.toString());
        };
    }

    /**
     * Registers a webhook with the API server.
     *
     * @param kind Mutating or Validating
     * @param name of the webhook, as refusals cite it
     */
    public static void register(
            Api api, HttpsEndpoint https, String kind, String name, String path, Api.Kind resource, String operations) {
        register(api, https, kind, name, path, resource, operations, "");
    }

    /**
     * The same for some requests only.
     *
     * @param conditions the elements of {@code matchConditions}
     */
    public static void register(
            Api api,
            HttpsEndpoint https,
            String kind,
            String name,
            String path,
            Api.Kind resource,
            String operations,
            String conditions) {
        String configuration = """
                {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "%1$sWebhookConfiguration", "metadata": {"name": "%2$s"},
                 "webhooks": [{"name": "%2$s", "admissionReviewVersions": ["v1"], "sideEffects": "None", "failurePolicy": "Fail",
                  "matchConditions": [%10$s], "clientConfig": {"url": "%3$s%4$s", "caBundle": "%5$s"},
                  "rules": [{"apiGroups": ["%6$s"], "apiVersions": ["%7$s"], "resources": ["%8$s"], "operations": [%9$s], "scope": "*"}]}]}
                """.formatted(
                        kind,
                        name,
                        https.url(),
                        path,
                        https.caBundle(),
                        resource.group(),
                        resource.version(),
                        resource.plural(),
                        operations,
                        conditions);
        api.client()
                .resource(configuration)
                .fieldManager("stand-in")
                .forceConflicts()
                .serverSideApply();
    }
}
