package io.nephele.sandbox.standin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The API server as the controllers of the stand-in use it: objects without Java types, changed by merge patches of what differs. */
public final class Api {

    /** Where a kind is served. */
    public record Kind(String group, String version, String kind, String plural) {

        public ResourceDefinitionContext context() {
            return new ResourceDefinitionContext.Builder()
                    .withGroup(group)
                    .withVersion(version)
                    .withKind(kind)
                    .withPlural(plural)
                    .withNamespaced(true)
                    .build();
        }

        public String apiVersion() {
            return group.isEmpty() ? version : group + "/" + version;
        }
    }

    /** What the stand-in writes, it writes in this name. */
    public static final String MANAGER = "stand-in";

    private static final PatchContext MERGE = new PatchContext.Builder()
            .withPatchType(PatchType.JSON_MERGE)
            .withFieldManager(MANAGER)
            .build();
    private static final PatchContext JSON = PatchContext.of(PatchType.JSON);

    private final KubernetesClient client;
    private final ObjectMapper mapper = new ObjectMapper();

    public Api(KubernetesClient client) {
        this.client = client;
    }

    public KubernetesClient client() {
        return client;
    }

    /** The object as a tree. */
    public ObjectNode tree(HasMetadata object) {
        return mapper.valueToTree(object);
    }

    public ObjectNode object() {
        return mapper.createObjectNode();
    }

    /** Reads JSON that is known to be good. */
    public JsonNode parse(String json) {
        try {
            return mapper.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    /** The object of a tree. */
    public <T> T parse(JsonNode tree, Class<T> type) {
        return mapper.convertValue(tree, type);
    }

    public Resource<GenericKubernetesResource> resource(Kind kind, String namespace, String name) {
        return client.genericKubernetesResources(kind.context())
                .inNamespace(namespace)
                .withName(name);
    }

    /** Creates an object; one that is there already is left alone. Says whether it was created. */
    public boolean create(Kind kind, String namespace, ObjectNode object) {
        return create(kind, namespace, object, MANAGER);
    }

    /** The same in the name of a field manager. */
    public boolean create(Kind kind, String namespace, ObjectNode object, String manager) {
        object.put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
        String path = "/apis/%s/namespaces/%s/%s?fieldManager=%s"
                .formatted(kind.apiVersion(), namespace, kind.plural(), manager);
        try {
            client.raw(kind.group().isEmpty() ? path.replace("/apis/", "/api/") : path, "POST", object);
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            return false;
        }
    }

    /** Applies a merge patch; an object that is gone is left alone. */
    public void patch(Kind kind, String namespace, String name, ObjectNode patch) {
        ignoringAbsence(() -> resource(kind, namespace, name).patch(MERGE, patch.toString()));
    }

    /** Applies a merge patch in the name of another field manager; an object that is gone is left alone. */
    public void patch(Kind kind, String namespace, String name, ObjectNode patch, String manager) {
        PatchContext context = new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager(manager)
                .build();
        ignoringAbsence(() -> resource(kind, namespace, name).patch(context, patch.toString()));
    }

    /** Applies a merge patch to the status subresource; an object that is gone is left alone. */
    public void patchStatus(Kind kind, String namespace, String name, ObjectNode status) {
        ObjectNode patch = object();
        patch.set("status", status);
        ignoringAbsence(
                () -> resource(kind, namespace, name).subresource("status").patch(MERGE, patch.toString()));
    }

    /** Applies a JSON patch. */
    public void jsonPatch(Kind kind, String namespace, String name, String operations) {
        resource(kind, namespace, name).patch(JSON, operations);
    }

    /** Deletes in the background; an object that is gone is left alone. */
    public void delete(Kind kind, String namespace, String name) {
        ignoringAbsence(() -> resource(kind, namespace, name).delete());
    }

    /** Deletes an object if it still is as it was seen; if not, the call fails. One that is gone is left alone. */
    public void deleteUnchanged(Kind kind, JsonNode seen) {
        JsonNode metadata = seen.path("metadata");
        ignoringAbsence(() -> resource(
                        kind,
                        metadata.path("namespace").asText(),
                        metadata.path("name").asText())
                .lockResourceVersion(metadata.path("resourceVersion").asText())
                .delete());
    }

    private static void ignoringAbsence(Runnable call) {
        try {
            call.run();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }

    /**
     * The merge patch that turns {@code from} into {@code to}, or null if they are equal. Timestamps of conditions are the callers' business.
     */
    public @Nullable ObjectNode difference(JsonNode from, ObjectNode to) {
        ObjectNode patch = object();
        for (Iterator<String> names = to.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            JsonNode wanted = to.get(name);
            JsonNode present = from.path(name);
            if (wanted instanceof ObjectNode wantedObject && present.isObject()) {
                ObjectNode inner = difference(present, wantedObject);
                if (inner != null) {
                    patch.set(name, inner);
                }
            } else if (!wanted.equals(present)) {
                patch.set(name, wanted);
            }
        }
        for (Iterator<String> names = from.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!to.has(name)) {
                patch.putNull(name);
            }
        }
        return patch.isEmpty() ? null : patch;
    }

    /**
     * Has the API server pass on what is asked of a group to a server on this machine.
     *
     * @param service the name of the Service that stands for it
     */
    public void aggregate(String service, String group, String version, int port) {
        for (String object : List.of("""
                {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "%s", "namespace": "default"},
                 "spec": {"type": "ExternalName", "externalName": "localhost"}}
                """.formatted(service), """
                {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "%2$s.%1$s"},
                 "spec": {"group": "%1$s", "version": "%2$s", "groupPriorityMinimum": 1000, "versionPriority": 15,
                  "insecureSkipTLSVerify": true, "service": {"name": "%3$s", "namespace": "default", "port": %4$d}}}
                """.formatted(group, version, service, port))) {
            client.resource(object).fieldManager(MANAGER).forceConflicts().serverSideApply();
        }
    }

    /** Now, as Kubernetes writes it: whole seconds, UTC. */
    public static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Records an event about an object. */
    public void event(HasMetadata about, String type, String reason, String message, String component) {
        event(
                new ObjectReferenceBuilder()
                        .withApiVersion(about.getApiVersion())
                        .withKind(about.getKind())
                        .withName(about.getMetadata().getName())
                        .withNamespace(about.getMetadata().getNamespace())
                        .withUid(about.getMetadata().getUid())
                        .build(),
                type,
                reason,
                message,
                component);
    }

    /** Records an event about an object. */
    public void event(JsonNode about, String type, String reason, String message, String component) {
        JsonNode metadata = about.path("metadata");
        event(
                new ObjectReferenceBuilder()
                        .withApiVersion(about.path("apiVersion").asText())
                        .withKind(about.path("kind").asText())
                        .withName(metadata.path("name").asText())
                        .withNamespace(metadata.path("namespace").asText())
                        .withUid(metadata.path("uid").asText())
                        .build(),
                type,
                reason,
                message,
                component);
    }

    private void event(ObjectReference about, String type, String reason, String message, String component) {
        var event = new EventBuilder()
                .withNewMetadata()
                .withGenerateName(about.getName() + ".")
                .withNamespace(about.getNamespace())
                .endMetadata()
                .withType(type)
                .withReason(reason)
                .withMessage(message)
                .withInvolvedObject(about)
                .withFirstTimestamp(now())
                .withLastTimestamp(now())
                .withCount(1)
                .withNewSource()
                .withComponent(component)
                .endSource()
                .build();
        try {
            client.v1()
                    .events()
                    .inNamespace(about.getNamespace())
                    .resource(event)
                    .create();
        } catch (KubernetesClientException e) {
            // An event about an object whose namespace is being deleted is refused: nobody misses it.
            if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN && e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }
}
