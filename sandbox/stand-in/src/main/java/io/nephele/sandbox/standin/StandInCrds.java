package io.nephele.sandbox.standin;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The CRDs of KubeVirt and CDI with the field lists of their published types, generated at build time. */
public final class StandInCrds {

    private static final List<String> KINDS = List.of(
            "VirtualMachine",
            "VirtualMachineInstance",
            "VirtualMachineInstanceMigration",
            "DataVolume",
            "DataSource",
            "StorageProfile");

    private StandInCrds() {}

    /** Applies them and returns when the API server serves them. */
    public static void install(KubernetesClient client) {
        List<CustomResourceDefinition> definitions =
                KINDS.stream().map(kind -> load(client, kind)).toList();
        definitions.forEach(definition -> client.resource(definition)
                .fieldManager("stand-in")
                .forceConflicts()
                .serverSideApply());
        definitions.forEach(definition ->
                client.resource(definition).waitUntilCondition(StandInCrds::established, 30, TimeUnit.SECONDS));
    }

    private static boolean established(CustomResourceDefinition definition) {
        return definition.getStatus() != null
                && definition.getStatus().getConditions() != null
                && definition.getStatus().getConditions().stream()
                        .anyMatch(c -> c.getType().equals("Established")
                                && c.getStatus().equals("True"));
    }

    private static CustomResourceDefinition load(KubernetesClient client, String kind) {
        try (InputStream in = StandInCrds.class.getResourceAsStream("/crds/" + kind + ".json")) {
            if (in == null) {
                throw new IllegalStateException("The CRD of " + kind + " was not generated");
            }
            return client.getKubernetesSerialization().unmarshal(in, CustomResourceDefinition.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
