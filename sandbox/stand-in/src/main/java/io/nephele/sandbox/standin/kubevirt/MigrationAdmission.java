package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Admission;
import io.nephele.sandbox.standin.Admission.Refusal;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.HttpsEndpoint;
import org.jspecify.annotations.Nullable;

/** virt-api's admission of migrations. */
final class MigrationAdmission {

    private final Cluster cluster;

    private MigrationAdmission(Cluster cluster) {
        this.cluster = cluster;
    }

    static void install(Api api, HttpsEndpoint https, Cluster cluster) {
        var admission = new MigrationAdmission(cluster);
        https.handle("/migration-mutate-create", Admission.mutating(MigrationAdmission::defaults));
        https.handle("/migration-validate-create", Admission.validating(admission::validate));
        Admission.register(
                api,
                https,
                "Mutating",
                "migrations-mutator.kubevirt.io",
                "/migration-mutate-create",
                Kinds.VMIM,
                "\"CREATE\"");
        Admission.register(
                api,
                https,
                "Validating",
                "migration-create-validator.kubevirt.io",
                "/migration-validate-create",
                Kinds.VMIM,
                "\"CREATE\"");
    }

    private static ObjectNode defaults(ObjectNode migration) {
        ObjectNode metadata = migration.withObjectProperty("metadata");
        metadata.withObjectProperty("labels")
                .put(Migration.VMI_NAME, migration.path("spec").path("vmiName").asText());
        metadata.withArray("finalizers").add(Migration.FINALIZER);
        return migration;
    }

    private @Nullable Refusal validate(JsonNode request) {
        JsonNode migration = request.path("object");
        String name = migration.path("spec").path("vmiName").asText();
        if (name.isEmpty()) {
            return Refusal.invalid("vmiName is missing", "spec.vmiName");
        }
        boolean own = request.path("options").path("fieldManager").asText().equals("virt-controller");
        if (!own && migration.path("spec").has("priority")) {
            return Refusal.invalid(
                    "Migration priority queue, only virt-controller is allowed to set priority field",
                    "spec.migrationPriority");
        }
        String key = request.path("namespace").asText() + "/" + name;
        ObjectNode tree = cluster.vmi(key);
        if (tree == null) {
            return new Refusal(400, "the VMI \"%s\" does not exist".formatted(key), null);
        }
        ObjectNode migratable = new Vmi(tree).conditions().get("LiveMigratable");
        if (migratable != null && migratable.path("status").asText().equals("False")) {
            return new Refusal(
                    400,
                    "Cannot migrate VMI, Reason: %s, Message: %s"
                            .formatted(
                                    migratable.path("reason").asText(),
                                    migratable.path("message").asText()),
                    null);
        }
        for (Migration other : cluster.migrations(key)) {
            if (!other.isFinal()) {
                return new Refusal(
                        400,
                        "in-flight migration detected. Active migration job (%s) is currently already in progress for VMI %s."
                                .formatted(other.uid(), name),
                        null);
            }
        }
        return null;
    }
}
