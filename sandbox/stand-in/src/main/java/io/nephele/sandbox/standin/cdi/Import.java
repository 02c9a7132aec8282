package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.nephele.sandbox.standin.cdi.Contents.Progress;
import io.nephele.sandbox.standin.cdi.Source.Failure;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Fills a claim from outside, or with nothing (recordings c01, c02, c04, c07, c12, c19). An image takes two pods: the first finds that it needs scratch space, the second
 * has it. Where an import is, its condition Running tells; the pods themselves are not shown.
 */
final class Import {

    private final Reports reports;
    private final Provisioner provisioner;
    private final Source source;
    private final Contents contents;
    private final PodQuota quota;
    private final Pods pods;

    /** The DataVolumes whose importer pod has scratch space, by uid. After a restart of the stand-in it begins anew. */
    private final Set<String> withScratch = ConcurrentHashMap.newKeySet();

    Import(Reports reports, Provisioner provisioner, Source source, Contents contents, PodQuota quota, Pods pods) {
        this.reports = reports;
        this.provisioner = provisioner;
        this.source = source;
        this.contents = contents;
        this.quota = quota;
        this.pods = pods;
    }

    void forget(String uid) {
        withScratch.remove(uid);
    }

    void advance(DataVolume dataVolume, PersistentVolumeClaim claim) {
        String uid = dataVolume.uid();
        switch (dataVolume.reason("Running")) {
            case "", "ErrExceededQuota" -> start(dataVolume, claim);
            case "ContainerCreating" -> {
                if (pods.due(dataVolume, "Running")) {
                    reports.normal(dataVolume, "ImportInProgress", "Import into " + dataVolume.name() + " in progress");
                    reports.on(dataVolume)
                            .phase("ImportInProgress")
                            .transferring("Pod is running")
                            .send();
                }
            }
            case "Pod is running" -> work(dataVolume, claim);
            case "Scratch space required" -> {
                if (pods.due(dataVolume, "Scratch")) {
                    withScratch.add(uid);
                    schedule(dataVolume);
                }
            }
            case "Error" -> pods.retry(dataVolume);
            case "Completed" -> succeed(dataVolume, claim);
            default -> {} // it has failed for good
        }
    }

    private void start(DataVolume dataVolume, PersistentVolumeClaim claim) {
        withScratch.remove(dataVolume.uid());
        contents.forget(claim);
        boolean bound = Claims.isBound(claim);
        if (!bound
                && (dataVolume.progress().isEmpty()
                        || !dataVolume.reason("Bound").equals("Pending"))) {
            Status status = reports.on(dataVolume).progress("N/A").pending().idle();
            if (!dataVolume.phase().equals("Succeeded")) {
                status.notReady();
            }
            status.send();
            return;
        }
        if (!provisioner.serves(claim) || !pods.due(dataVolume, "Schedule " + dataVolume.reason("Running"))) {
            return;
        }
        if (quota.forbidsPod(dataVolume.namespace())) {
            String text = "Error starting pod 'importer-" + prime(claim)
                    + "': For more information, request access to cdi-deploy logs from your sysadmin";
            reports.on(dataVolume)
                    .phase("ImportScheduled")
                    .pending("[" + prime(claim) + "] : " + text)
                    .notReady()
                    .running("False", "ErrExceededQuota", text)
                    .send();
            pods.forget(dataVolume);
            pods.due(dataVolume, "Schedule ErrExceededQuota", pods.timings().retry());
        } else {
            schedule(dataVolume);
        }
    }

    private void schedule(DataVolume dataVolume) {
        reports.normal(dataVolume, "ImportScheduled", "Import into " + dataVolume.name() + " scheduled");
        reports.on(dataVolume)
                .phase("ImportScheduled")
                .notReady()
                .running("False", "ContainerCreating", "")
                .send();
    }

    private void work(DataVolume dataVolume, PersistentVolumeClaim claim) {
        String uid = dataVolume.uid();
        JsonNode from = dataVolume.spec().path("source");
        String fault = dataVolume.annotation(Annotations.FAULT);
        if (!dataVolume.hasSource("blank") && !withScratch.contains(uid)) {
            if (!pods.due(dataVolume, "Connect " + dataVolume.restarts())) {
                return;
            }
            Failure failure = source.connect(from, fault);
            if (failure == null) {
                reports.on(dataVolume)
                        .notReady()
                        .running("False", "Scratch space required", "scratch space required and none found")
                        .send();
            } else {
                fail(dataVolume, claim, failure);
            }
            return;
        }
        if (fault.equals("hang") && (dataVolume.percent() > 0 || dataVolume.hasSource("blank"))) {
            return;
        }
        switch (contents.fetch(dataVolume, claim)) {
            case Progress.Waiting() -> {}
            case Progress.Running(double percent) ->
                reports.on(dataVolume)
                        .progress(String.format(Locale.ROOT, "%.2f%%", percent))
                        .send();
            case Progress.Done() ->
                reports.on(dataVolume)
                        .notReady()
                        .running("False", "Completed", "Import Complete")
                        .send();
            case Progress.Failed(Failure failure) -> {
                if (fault.equals("crash")) {
                    reports.clear(dataVolume, Annotations.FAULT);
                }
                fail(dataVolume, claim, failure);
            }
        }
    }

    private void fail(DataVolume dataVolume, PersistentVolumeClaim claim, Failure failure) {
        Status status = reports.on(dataVolume).notReady().running("False", failure.reason(), failure.message());
        if (dataVolume.isPopulated()) {
            status.pending("[" + prime(claim) + "] : " + failure.detail());
        }
        if (failure.permanent()) {
            status.phase("Failed");
            reports.warning(dataVolume, "ImportFailed", "Failed to import into PVC " + dataVolume.name());
        }
        status.send();
    }

    /** Succeeded shows a moment before the claim is bound. */
    private void succeed(DataVolume dataVolume, PersistentVolumeClaim claim) {
        var annotations = new HashMap<>(Map.of(
                Annotations.RUNNING, "false",
                Annotations.RUNNING_REASON, "Completed",
                Annotations.RUNNING_MESSAGE, "Import Complete",
                Annotations.POD_PHASE, "Succeeded",
                Annotations.POD_SCHEDULABLE, "true",
                Annotations.RESTARTS, Integer.toString(dataVolume.restarts())));
        if (dataVolume.spec().path("preallocation").asBoolean()) {
            annotations.put(Annotations.PREALLOCATION, "true");
        }
        if (!dataVolume.isPopulated()) {
            JsonNode url = dataVolume.spec().path("source").path("http").path("url");
            annotations.put(Annotations.IMPORT_ENDPOINT, url.asText());
            annotations.put(Annotations.IMPORT_POD, "importer-" + dataVolume.name());
            annotations.put(Annotations.IMPORT_SCRATCH, "false");
            annotations.put(
                    Annotations.IMPORT_SOURCE,
                    dataVolume.spec().path("source").fieldNames().next());
        } else {
            annotations.put(Annotations.PROGRESS, "100.0%");
            annotations.put(Annotations.PRIME, prime(claim));
        }
        provisioner.hand(claim, annotations);
        reports.on(dataVolume)
                .phase("Succeeded")
                .progress("100.0%")
                .ready("True", null, "")
                .send();
        provisioner.bind(claim);
        reports.normal(dataVolume, "ImportSucceeded", "Successfully imported into PVC " + dataVolume.name());
        pods.forget(dataVolume);
        withScratch.remove(dataVolume.uid());
        contents.forget(claim);
    }

    private static String prime(PersistentVolumeClaim claim) {
        return "prime-" + claim.getMetadata().getUid();
    }
}
