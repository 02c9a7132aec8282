package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.nephele.sandbox.standin.Admission;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.HttpsEndpoint;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The webhooks of cdi-apiserver: one lets in who may clone, the other one looks whether the DataVolume makes sense (recordings c10). */
final class Webhooks {

    private static final String QUANTITY_PATTERN = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$";
    private static final Pattern QUANTITY = Pattern.compile(QUANTITY_PATTERN);

    private final Api api;
    private final Cdi cdi;

    private Webhooks(Api api, Cdi cdi) {
        this.api = api;
        this.cdi = cdi;
    }

    static void install(Api api, HttpsEndpoint https, Cdi cdi) {
        var webhooks = new Webhooks(api, cdi);
        https.handle("/datavolume-mutate", Admission.answering(webhooks::mutate));
        https.handle("/datavolume-validate", Admission.answering(webhooks::validate));
        register(api, https, "Mutating", "mutate");
        register(api, https, "Validating", "validate");
    }

    private static void register(Api api, HttpsEndpoint https, String kind, String verb) {
        Admission.register(
                api,
                https,
                kind,
                "datavolume-" + verb + ".cdi.kubevirt.io",
                "/datavolume-" + verb,
                Cdi.DATA_VOLUME,
                "\"CREATE\", \"UPDATE\"");
    }

    private ObjectNode validate(JsonNode request) {
        Denial denial = new Validation(cdi, request).denial();
        return denial == null ? allowed() : denial.response();
    }

    private ObjectNode mutate(JsonNode request) {
        if (!request.path("operation").asText().equals("CREATE")) {
            return allowed();
        }
        JsonNode spec = request.path("object").path("spec");
        for (String target : List.of("storage", "pvc")) {
            String size = spec.path(target)
                    .path("resources")
                    .path("requests")
                    .path("storage")
                    .asText();
            if (!size.isEmpty() && !QUANTITY.matcher(size).matches()) {
                return Denial.badRequest("quantities must match the regular expression '" + QUANTITY_PATTERN + "'")
                        .response();
            }
        }
        DataVolume.ClaimRef dataSource = null;
        JsonNode reference = spec.path("sourceRef");
        if (reference.path("kind").asText().equals("DataSource") && !spec.has("source")) {
            String namespace =
                    reference.path("namespace").asText(request.path("namespace").asText());
            String name = reference.path("name").asText();
            GenericKubernetesResource found =
                    api.resource(Cdi.DATA_SOURCE, namespace, name).get();
            if (found == null) {
                return Denial.badRequest("datasources.cdi.kubevirt.io \"" + name + "\" not found")
                        .response();
            }
            dataSource = DataSources.claim(found);
        }
        JsonNode source = spec.path("source").path("pvc");
        String from = source.path("namespace").asText();
        String claim = source.path("name").asText();
        if (dataSource != null) {
            from = dataSource.namespace();
            claim = dataSource.name();
        }
        if (claim.isEmpty()) {
            return allowed();
        }
        Denial denial = permission(request, from, claim);
        return denial == null ? token(request) : denial.response();
    }

    /** Who clones from another namespace needs leave to do so there. */
    private @Nullable Denial permission(JsonNode request, String from, String claim) {
        if (from.isEmpty() || from.equals(request.path("namespace").asText())) {
            return null;
        }
        if (api.client().namespaces().withName(from).get() == null) {
            return Denial.badRequest("namespaces \"" + from + "\" not found");
        }
        JsonNode user = request.path("userInfo");
        var groups = new java.util.ArrayList<String>();
        user.path("groups").forEach(group -> groups.add(group.asText()));
        var review = new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser(user.path("username").asText())
                .withGroups(groups)
                .withNewResourceAttributes()
                .withNamespace(from)
                .withVerb("create")
                .withGroup(Cdi.DATA_VOLUME.group())
                .withResource(Cdi.DATA_VOLUME.plural())
                .withSubresource("source")
                .withName(claim)
                .endResourceAttributes()
                .endSpec()
                .build();
        boolean may = api.client()
                .authorization()
                .v1()
                .subjectAccessReview()
                .create(review)
                .getStatus()
                .getAllowed();
        return may
                ? null
                : Denial.invalid(
                        "User %s has insufficient permissions in clone source namespace %s"
                                .formatted(user.path("username").asText(), from),
                        "spec.source.PVC.namespace");
    }

    /** The proof for the controller that the clone was allowed. Ours proves nothing: it is only there. */
    private ObjectNode token(JsonNode request) {
        JsonNode annotations = request.path("object").path("metadata").path("annotations");
        ObjectNode all = annotations instanceof ObjectNode given ? given.deepCopy() : api.object();
        all.put(Annotations.CLONE_TOKEN, "stand-in");
        ObjectNode add = api.object();
        add.put("op", "add").put("path", "/metadata/annotations").set("value", all);
        ObjectNode response = allowed();
        response.put("patchType", "JSONPatch");
        response.put("patch", Base64.getEncoder().encodeToString(("[" + add + "]").getBytes(StandardCharsets.UTF_8)));
        return response;
    }

    private ObjectNode allowed() {
        return api.object().put("allowed", true);
    }
}
