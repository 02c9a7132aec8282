package io.nephele.sandbox.launcher.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Set;

/**
 * Writes what Nephele writes for an Instance, each object once, and does nothing else: the yardstick.
 *
 * @param templates the objects of an Instance that Nephele made
 * @param ids what must be another in every copy: names and ids of the template
 */
record PlainClient(KubernetesClient client, List<GenericKubernetesResource> templates, List<String> ids) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What the API server fills in. */
    private static final Set<String> SERVER_FIELDS = Set.of(
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "managedFields",
            "finalizers",
            "ownerReferences",
            "annotations");

    /** Creates the objects of copy number {@code n} in {@code namespace}. */
    void create(String namespace, int n) {
        for (GenericKubernetesResource template : templates) {
            client.resource(copy(template, namespace, n)).inNamespace(namespace).create();
        }
    }

    private HasMetadata copy(GenericKubernetesResource template, String namespace, int n) {
        ObjectNode json = MAPPER.valueToTree(template);
        json.remove("status");
        ObjectNode metadata = (ObjectNode) json.get("metadata");
        metadata.remove(SERVER_FIELDS);
        metadata.put("namespace", namespace);
        String text = json.toString();
        for (String id : ids) {
            text = text.replace(id, renamed(id, n));
        }
        try {
            JsonNode copy = MAPPER.readTree(text);
            return MAPPER.treeToValue(copy, GenericKubernetesResource.class);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An id of the same form: its last five digits are the number. */
    private static String renamed(String id, int n) {
        return id.substring(0, id.length() - 5) + "%05x".formatted(n);
    }
}
