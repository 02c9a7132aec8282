package io.nephele.operator.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * AdmissionReviews, read and answered.
 *
 * <p>Source of the form: {@code admission.k8s.io/v1} in the Kubernetes API reference.
 *
 * @param rules in the order in which they are asked
 */
record Reviews(List<Rule> rules) {

    /** Lets all rules fill in what is absent. */
    ObjectNode complete(JsonNode review) {
        Asked asked = asked(review.path("request"));
        ObjectNode object = asked.object();
        ArrayNode patch = Json.MAPPER.createArrayNode();
        for (Rule rule : rules) {
            if (object != null && rule.resources().contains(asked.resource())) {
                rule.complete(asked).forEach(fill -> fill(object, fill, patch));
            }
        }
        ObjectNode response = response(review, true);
        if (!patch.isEmpty()) {
            ((ObjectNode) response.path("response"))
                    .put("patchType", "JSONPatch")
                    .put(
                            "patch",
                            Base64.getEncoder().encodeToString(patch.toString().getBytes(StandardCharsets.UTF_8)));
        }
        return response;
    }

    /** Asks all rules whether it may go on; the first that refuses is the answer. */
    ObjectNode validate(JsonNode review) {
        Asked asked = asked(review.path("request"));
        for (Rule rule : rules) {
            if (!rule.resources().contains(asked.resource())) {
                continue;
            }
            switch (rule.judge(asked)) {
                case Verdict.Allowed() -> {}
                case Verdict.Denied(int code, String reason, String message) -> {
                    return denied(review, code, reason, message);
                }
                case Verdict.Exceeded(String resource, String message) -> {
                    ObjectNode response = denied(review, 403, "Forbidden", message);
                    ((ObjectNode) response.path("response").path("status"))
                            .putObject("details")
                            .put("group", "nephele.io")
                            .put("kind", "quotas")
                            .putArray("causes")
                            .addObject()
                            .put("reason", Verdict.Exceeded.REASON)
                            .put("field", resource)
                            .put("message", message);
                    return response;
                }
            }
        }
        return response(review, true);
    }

    /** Puts a value into the object, so that later rules see it, and into the patch: an {@code add} of a member that is there replaces it. */
    private static void fill(ObjectNode object, Fill fill, ArrayNode patch) {
        ObjectNode at = object;
        var path = new StringBuilder();
        for (String field : fill.path().subList(0, fill.path().size() - 1)) {
            path.append('/').append(escape(field));
            if (!at.path(field).isObject()) {
                patch.addObject().put("op", "add").put("path", path.toString()).putObject("value");
                at.putObject(field);
            }
            at = (ObjectNode) at.path(field);
        }
        String last = fill.path().getLast();
        JsonNode value = Json.MAPPER.valueToTree(fill.value());
        if (!value.equals(at.get(last))) {
            at.set(last, value);
            patch.addObject()
                    .put("op", "add")
                    .put("path", path + "/" + escape(last))
                    .set("value", value.deepCopy());
        }
    }

    /** As RFC 6901 has it. */
    private static String escape(String field) {
        return field.replace("~", "~0").replace("/", "~1");
    }

    private static Asked asked(JsonNode request) {
        JsonNode user = request.path("userInfo");
        var groups = new HashSet<String>();
        user.path("groups").forEach(group -> groups.add(group.asText()));
        return new Asked(
                request.path("resource").path("resource").asText(),
                Operation.valueOf(request.path("operation").asText()),
                text(request.path("namespace")),
                name(request),
                user.path("username").asText(),
                Set.copyOf(groups),
                object(request.path("object")),
                object(request.path("oldObject")),
                request.path("dryRun").asBoolean());
    }

    /** A request that has the API server make up the name does not carry it yet. */
    private static String name(JsonNode request) {
        String name = text(request.path("name"));
        return name != null
                ? name
                : request.path("object").path("metadata").path("name").asText();
    }

    private static @Nullable String text(JsonNode node) {
        return node.isTextual() && !node.asText().isEmpty() ? node.asText() : null;
    }

    private static @Nullable ObjectNode object(JsonNode node) {
        return node instanceof ObjectNode object ? object : null;
    }

    private static ObjectNode denied(JsonNode review, int code, String reason, String message) {
        ObjectNode response = response(review, false);
        ((ObjectNode) response.path("response"))
                .putObject("status")
                .put("status", "Failure")
                .put("code", code)
                .put("reason", reason)
                .put("message", message);
        return response;
    }

    private static ObjectNode response(JsonNode review, boolean allowed) {
        ObjectNode answer = Json.MAPPER.createObjectNode();
        answer.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        answer.putObject("response")
                .put("uid", review.path("request").path("uid").asText())
                .put("allowed", allowed);
        return answer;
    }
}
