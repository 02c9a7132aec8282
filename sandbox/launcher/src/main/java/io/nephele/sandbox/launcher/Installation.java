package io.nephele.sandbox.launcher;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What {@code helm install} would put into the cluster. */
record Installation(KubernetesClient client, Path home) {

    /** Applies the chart's objects, custom resource definitions first, except the kinds in {@code without}. */
    void applyChart(Set<String> without) {
        Sandbox.apply(
                client,
                new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(Sandbox.SYSTEM_NAMESPACE)
                        .endMetadata()
                        .build());
        List<HasMetadata> objects = new Chart(home.resolve("helm/nephele")).render(Sandbox.SYSTEM_NAMESPACE);
        List<HasMetadata> definitions = objects.stream()
                .filter(CustomResourceDefinition.class::isInstance)
                .toList();
        definitions.forEach(definition -> Sandbox.apply(client, definition));
        definitions.forEach(definition ->
                client.resource(definition).waitUntilCondition(Installation::established, 30, TimeUnit.SECONDS));
        objects.stream()
                .filter(object -> !(object instanceof CustomResourceDefinition) && !without.contains(object.getKind()))
                .forEach(object -> Sandbox.apply(client, object));
    }

    private static boolean established(HasMetadata object) {
        return object instanceof CustomResourceDefinition definition
                && definition.getStatus() != null
                && definition.getStatus().getConditions() != null
                && definition.getStatus().getConditions().stream()
                        .anyMatch(c -> c.getType().equals("Established")
                                && c.getStatus().equals("True"));
    }
}
