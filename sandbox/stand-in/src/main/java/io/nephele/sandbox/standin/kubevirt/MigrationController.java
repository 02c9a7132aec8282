package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Conditions;
import io.nephele.sandbox.standin.Steps;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The way of a migration from Pending to its end, as in s08, s08b, s09 and b-vendor-run: a pod on another node, the handing over to the nodes, the crossing, or what comes between.
 */
final class MigrationController {

    private final Api api;
    private final Cluster cluster;
    private final Scheduler scheduler;
    private final Launchers launchers;
    private final Hotplug hotplug;
    private final Crossing crossing;

    /** The VMI, by its uid, that a migration is of: a new one may have the same name. */
    private final Map<String, String> owners = new ConcurrentHashMap<>();

    private final Timings timings;
    private final Steps steps;

    MigrationController(
            Api api,
            Cluster cluster,
            Scheduler scheduler,
            Launchers launchers,
            Hotplug hotplug,
            Hypervisor hypervisor,
            Timings timings,
            Steps steps) {
        this.api = api;
        this.cluster = cluster;
        this.scheduler = scheduler;
        this.launchers = launchers;
        this.hotplug = hotplug;
        this.timings = timings;
        this.steps = steps;
        crossing = new Crossing(api, hypervisor, timings, steps);
    }

    void reconcile(String key) {
        List<Migration> migrations = cluster.migrations(key);
        ObjectNode tree = cluster.vmi(key);
        if (tree == null && migrations.isEmpty()) {
            return;
        }
        Vmi vmi = tree == null ? null : new Vmi(tree);
        if (vmi != null && vmi.status().path("migrationState").path("completed").asBoolean()) {
            leave(vmi, migrations);
        }
        for (Migration migration : migrations) {
            if (vmi == null || !vmi.uid().equals(owners.computeIfAbsent(migration.uid(), _ -> vmi.uid()))) {
                withoutVmi(migration);
            } else if (migration.isFinal()) {
                finish(migration, vmi);
            } else {
                proceed(migration, vmi);
            }
        }
    }

    /** Migrations go with their VMI. */
    private void withoutVmi(Migration migration) {
        scheduler.release(migration.uid());
        if (migration.hasFinalizer()) {
            withoutFinalizer(migration);
        }
        owners.remove(migration.uid());
        if (!migration.isDeleting()) {
            api.delete(Kinds.VMIM, migration.namespace(), migration.name());
        }
    }

    private void proceed(Migration migration, Vmi vmi) {
        JsonNode state = vmi.status().path("migrationState");
        boolean handed = migration.isHandedTo(vmi);
        if (vmi.isFinal()) {
            fail(migration, "Migration failed vmi shutdown during migration.");
        } else if (handed && state.path("failed").asBoolean()) {
            fail(migration, "source node reported migration failed");
        } else if (handed && state.path("completed").asBoolean()) {
            scheduler.move(migration.uid(), vmi.uid());
            phase(migration, "Succeeded");
            event(migration, "Normal", "SuccessfulMigration", "Source node reported migration succeeded");
        } else if (migration.isDeleting() && !handed) {
            cancel(migration, vmi);
        } else if (migration.isDeleting() && !state.path("abortRequested").asBoolean()) {
            crossing.requestAbort(vmi);
            abortRequested(migration, null);
            event(
                    migration,
                    "Normal",
                    "SuccessfulAbortMigration",
                    "Migration is ready to be canceled by virt-handler.");
        } else if (!vmi.isDeleting()) {
            step(migration, vmi);
        }
    }

    private void step(Migration migration, Vmi vmi) {
        List<Pod> pods = cluster.pods(vmi.key(), vmi.uid());
        Pod target = target(migration, pods);
        switch (migration.phase()) {
            case "" -> phase(migration, "Pending");
            case "Pending" -> {
                if (target != null) {
                    phase(migration, "Scheduling");
                } else if (pods.stream().filter(pod -> !Launchers.hasEnded(pod)).count() == 1) {
                    createTarget(migration, vmi);
                }
            }
            case "Scheduling" -> schedule(migration, vmi, target);
            case "Scheduled" -> {
                if (target != null && !migration.isHandedTo(vmi)) {
                    crossing.handOver(migration, vmi, target);
                    event(
                            migration,
                            "Normal",
                            "SuccessfulHandOver",
                            "Migration target pod is ready for preparation by virt-handler.");
                } else {
                    phase(migration, "PreparingTarget");
                }
            }
            case "PreparingTarget" -> {
                if (vmi.status().path("migrationState").has("targetNodeAddress")) {
                    phase(migration, "TargetReady");
                } else {
                    crossing.prepareTarget(migration, vmi);
                }
            }
            case "TargetReady" -> {
                if (vmi.status().path("migrationState").has("startTimestamp")) {
                    phase(migration, "Running");
                } else {
                    crossing.begin(vmi);
                }
            }
            default -> crossing.proceed(migration, vmi);
        }
    }

    private static @Nullable Pod target(Migration migration, List<Pod> pods) {
        return pods.stream()
                .filter(pod ->
                        migration.uid().equals(pod.getMetadata().getLabels().get(Launchers.MIGRATION)))
                .findFirst()
                .orElse(null);
    }

    private void createTarget(Migration migration, Vmi vmi) {
        String node = scheduler.place(migration, vmi, Launchers.selector(migration, vmi, scheduler));
        launchers.createTarget(migration, vmi, node, Launchers.selector(migration, vmi, scheduler));
        event(
                migration,
                "Normal",
                "SuccessfulCreate",
                "Created migration target pod " + Launchers.name(migration, vmi));
    }

    private void schedule(Migration migration, Vmi vmi, @Nullable Pod target) {
        if (target == null) {
            fail(migration, "Migration failed because target pod is gone.");
            return;
        }
        String node = target.getSpec().getNodeName();
        if (!vmi.status().path("activePods").has(target.getMetadata().getUid())) {
            var change = new VmiChange(api, vmi);
            change.status()
                    .withObjectProperty("activePods")
                    .put(target.getMetadata().getUid(), node == null ? "" : node);
            change.send();
            if (node == null) {
                event(
                        migration,
                        "Warning",
                        "migrationTargetPodUnschedulable",
                        "Migration target pod for VMI [%s/%s] is currently unschedulable."
                                .formatted(vmi.namespace(), vmi.name()));
            }
        } else if (node != null && !Launchers.phase(target).equals("Running")) {
            if (steps.due(migration.uid(), vmi.key(), "TargetPod", timings.podStart())) {
                launchers.ready(target);
            }
        } else if (node != null && hotplug.isAttached(vmi, migration, target)) {
            phase(migration, "Scheduled");
        }
    }

    /** Deleted before the nodes knew of it. */
    private void cancel(Migration migration, Vmi vmi) {
        Pod target = target(migration, cluster.pods(vmi.key(), vmi.uid()));
        if (target != null) {
            launchers.remove(target);
            event(
                    migration,
                    "Normal",
                    "SuccessfulDelete",
                    "migration canceled and pod %s/%s is deleted"
                            .formatted(vmi.namespace(), target.getMetadata().getName()));
            var change = new VmiChange(api, vmi);
            change.status()
                    .withObjectProperty("activePods")
                    .remove(target.getMetadata().getUid());
            change.send();
        }
        scheduler.release(migration.uid());
        event(migration, "Warning", "FailedMigration", "Migration failed due to being canceled");
        abortRequested(migration, "Failed");
    }

    /** After its end it tells how it went. */
    private void finish(Migration migration, Vmi vmi) {
        if (migration.hasFinalizer()) {
            if (migration.isHandedTo(vmi)) {
                ObjectNode status = api.object();
                status.set("migrationState", vmi.status().path("migrationState"));
                api.patchStatus(Kinds.VMIM, migration.namespace(), migration.name(), status);
            }
            withoutFinalizer(migration);
        }
        scheduler.release(migration.uid());
    }

    /** The pods that migrations have left behind end. */
    private void leave(Vmi vmi, List<Migration> migrations) {
        if (vmi.isFinal() || vmi.isDeleting()) {
            return;
        }
        String own = Launchers.podOn(vmi);
        for (Pod pod : cluster.pods(vmi.key(), vmi.uid())) {
            String migration = pod.getMetadata().getLabels().getOrDefault(Launchers.MIGRATION, "");
            boolean inUse = pod.getMetadata().getName().equals(own)
                    || migrations.stream().anyMatch(m -> !m.isFinal() && m.uid().equals(migration));
            if (!inUse
                    && !Launchers.hasEnded(pod)
                    && steps.due(pod.getMetadata().getUid(), vmi.key(), "Left", timings.leave())) {
                launchers.ended(pod, false);
                steps.forget(pod.getMetadata().getUid());
            }
        }
    }

    private void fail(Migration migration, String why) {
        phase(migration, "Failed");
        event(migration, "Warning", "FailedMigration", why);
    }

    private void phase(Migration migration, String phase) {
        ObjectNode status = status(migration);
        if (phase.equals("Pending")) {
            status.putObject("migrationState");
        }
        send(migration, phased(status, phase));
    }

    private void abortRequested(Migration migration, @Nullable String phase) {
        ObjectNode status = status(migration);
        status.set(
                "conditions",
                new Conditions(status.path("conditions"), false)
                        .set("migrationAbortRequested", "True", null, null)
                        .toArray());
        send(migration, phase == null ? status : phased(status, phase));
    }

    private ObjectNode status(Migration migration) {
        return migration.tree().path("status") instanceof ObjectNode present ? present.deepCopy() : api.object();
    }

    private static ObjectNode phased(ObjectNode status, String phase) {
        status.put("phase", phase);
        status.withArray("phaseTransitionTimestamps")
                .addObject()
                .put("phase", phase)
                .put("phaseTransitionTimestamp", Api.now());
        return status;
    }

    private void send(Migration migration, ObjectNode status) {
        ObjectNode difference = api.difference(migration.tree().path("status"), status);
        if (difference != null) {
            api.patchStatus(Kinds.VMIM, migration.namespace(), migration.name(), difference);
        }
    }

    private void withoutFinalizer(Migration migration) {
        ObjectNode patch = api.object();
        ArrayNode rest = patch.putObject("metadata").putArray("finalizers");
        migration.tree().path("metadata").path("finalizers").forEach(finalizer -> {
            if (!finalizer.asText().equals(Migration.FINALIZER)) {
                rest.add(finalizer);
            }
        });
        api.patch(Kinds.VMIM, migration.namespace(), migration.name(), patch);
        if (migration.isDeleting()) {
            steps.forget(migration.uid());
        }
    }

    private void event(Migration migration, String type, String reason, String message) {
        api.event(migration.tree(), type, reason, message, "virtualmachine-controller");
    }
}
