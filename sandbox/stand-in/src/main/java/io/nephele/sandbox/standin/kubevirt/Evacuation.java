package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.nephele.sandbox.standin.Admission;
import io.nephele.sandbox.standin.Admission.Refusal;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.HttpsEndpoint;
import io.nephele.sandbox.standin.Steps;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The migrations that nobody asks for by name: of a launcher pod that is evicted, and of a VMI whose change takes a move. */
final class Evacuation {

    private static final Api.Kind EVICTION = new Api.Kind("", "v1", "Pod", "pods/eviction");

    private final Api api;
    private final Cluster cluster;
    private final Timings timings;
    private final Steps steps;

    Evacuation(Api api, Cluster cluster, Timings timings, Steps steps) {
        this.api = api;
        this.cluster = cluster;
        this.timings = timings;
        this.steps = steps;
    }

    void install(HttpsEndpoint https) {
        https.handle("/pod-eviction-validate", Admission.validating(this::evict));
        Admission.register(
                api,
                https,
                "Validating",
                "virt-launcher-eviction-interceptor.kubevirt.io",
                "/pod-eviction-validate",
                EVICTION,
                "\"CREATE\"");
    }

    /** An eviction is refused where the VMI is to move instead. */
    private @Nullable Refusal evict(JsonNode request) {
        Pod pod = cluster.pod(
                request.path("namespace").asText() + "/" + request.path("name").asText());
        ObjectNode tree = pod == null ? null : cluster.vmi(Cluster.keyOfVmi(pod));
        if (tree == null) {
            return null;
        }
        var vmi = new Vmi(tree);
        String strategy = vmi.spec().path("evictionStrategy").asText();
        boolean migratable = vmi.is("LiveMigratable");
        if (strategy.equals("LiveMigrate") && !migratable) {
            return new Refusal(
                    429,
                    "VMI " + vmi.name() + " is configured with an eviction strategy but is not live-migratable",
                    null);
        }
        boolean moves = Set.of("LiveMigrate", "External").contains(strategy)
                || (strategy.equals("LiveMigrateIfPossible") && migratable);
        if (!moves) {
            return null;
        }
        boolean again = vmi.status().has("evacuationNodeName");
        if (!again) {
            var change = new VmiChange(api, vmi);
            change.status().set("evacuationNodeName", vmi.status().path("nodeName"));
            change.send();
        }
        String text = "Eviction triggered evacuation of VMI \"%s\"".formatted(vmi.key());
        return new Refusal(429, again ? "Evacuation in progress: " + text : text, null);
    }

    /** Makes the migration that a running VMI needs. */
    void consider(String key) {
        ObjectNode tree = cluster.vmi(key);
        if (tree == null) {
            return;
        }
        var vmi = new Vmi(tree);
        boolean evacuation = vmi.status().has("evacuationNodeName");
        boolean update = vmi.is("HotVCPUChange") || vmi.is("HotMemoryChange") || vmi.is("VolumesChange");
        if ((!evacuation && !update)
                || !vmi.phase().equals("Running")
                || vmi.isDeleting()
                || !vmi.is("LiveMigratable")) {
            return;
        }
        if (evacuation && !vmi.is("EvictionRequested")) {
            new VmiChange(api, vmi)
                    .condition("EvictionRequested", "True", "EvictionRequested", "VMI is marked for eviction")
                    .send();
            return;
        }
        if (cluster.migrations(key).stream().allMatch(Migration::isFinal)) {
            if (evacuation && !vmi.spec().path("evictionStrategy").asText().equals("External")) {
                create(vmi, "kubevirt-evacuation-", "system-critical", "evacuationMigration", "Created Migration %s");
            } else if (update && steps.due(vmi.uid(), key, "Update", timings.resize())) {
                steps.forget(vmi.uid());
                create(
                        vmi,
                        "kubevirt-workload-update-",
                        "user-triggered",
                        "workloadUpdateMigration",
                        "Created Migration %s for automated workload update");
            }
        }
    }

    /** The name follows from the VMI's version: to try again after a write that is not seen yet makes no second one. */
    private void create(Vmi vmi, String prefix, String priority, String annotation, String event) {
        String version = vmi.metadata().path("resourceVersion").asText();
        String name = prefix + Launchers.suffix(vmi.uid() + version);
        ObjectNode migration = api.object();
        ObjectNode metadata = migration.putObject("metadata");
        metadata.put("name", name).put("namespace", vmi.namespace());
        if (vmi.is("VolumesChange")) {
            metadata.putObject("labels").put("kubevirt.io/volume-update-migration", vmi.name());
        }
        metadata.putObject("annotations")
                .put(
                        "kubevirt.io/" + annotation,
                        vmi.status().path("evacuationNodeName").asText());
        migration.putObject("spec").put("vmiName", vmi.name()).put("priority", priority);
        if (api.create(Kinds.VMIM, vmi.namespace(), migration, "virt-controller")) {
            api.event(vmi.tree(), "Normal", "SuccessfulCreate", event.formatted(name), "virtualmachine-controller");
        }
    }
}
