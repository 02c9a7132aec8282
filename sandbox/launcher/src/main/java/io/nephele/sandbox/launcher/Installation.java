package io.nephele.sandbox.launcher;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfig;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What {@code helm install} would put into the cluster. */
record Installation(KubernetesClient client, Path home) {

    /**
     * Applies the chart's objects, custom resource definitions first, except the kinds in {@code without}.
     *
     * @param webhooks where the operator's Service would be, {@code https://host:port}
     */
    void applyChart(Set<String> without, String webhooks) {
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
                .forEach(object -> Sandbox.apply(client, reached(object, webhooks)));
    }

    /** Webhooks are called by address here: there are no Services. */
    private static HasMetadata reached(HasMetadata object, String webhooks) {
        switch (object) {
            case ValidatingWebhookConfiguration validating ->
                validating.getWebhooks().forEach(webhook -> reach(webhook.getClientConfig(), webhooks));
            case MutatingWebhookConfiguration mutating ->
                mutating.getWebhooks().forEach(webhook -> reach(webhook.getClientConfig(), webhooks));
            default -> {}
        }
        return object;
    }

    private static void reach(WebhookClientConfig config, String webhooks) {
        config.setUrl(webhooks + config.getService().getPath());
        config.setService(null);
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
