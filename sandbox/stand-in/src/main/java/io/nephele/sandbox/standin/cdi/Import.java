package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.nephele.sandbox.standin.Steps;
import io.nephele.sandbox.standin.cdi.Source.Failure;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Fills a claim from outside, or with nothing (recordings c01, c02, c04, c07, c12, c19). An image takes two pods: the first finds that it needs scratch space, the second
 * has it. Where an import is, its condition Running tells; the pods themselves are not shown.
 */
final class Import {

    private final Reports reports;
    private final Provisioner provisioner;
    private final Source source;
    private final PodQuota quota;
    private final Timings timings;
    private final Steps steps;

    /** What the importer pod of a DataVolume has, by uid. After a restart of the stand-in it begins anew. */
    private final Map<String, Pod> pods = new ConcurrentHashMap<>();

    /**
     * An importer pod.
     *
     * @param hasScratch whether it has scratch space
     * @param checked the number of the run in which it was found that the image can be had
     */
    private record Pod(boolean hasScratch, int checked) {
        static final Pod NEW = new Pod(false, -1);
    }

    Import(Reports reports, Provisioner provisioner, Source source, PodQuota quota, Timings timings, Steps steps) {
        this.reports = reports;
        this.provisioner = provisioner;
        this.source = source;
        this.quota = quota;
        this.timings = timings;
        this.steps = steps;
    }

    void forget(String uid) {
        pods.remove(uid);
    }

    void advance(DataVolume dataVolume, PersistentVolumeClaim claim) {
        String uid = dataVolume.uid();
        switch (dataVolume.reason("Running")) {
            case "", "ErrExceededQuota" -> start(dataVolume, claim);
            case "ContainerCreating" -> {
                if (due(dataVolume, "Running", timings.scheduling())) {
                    reports.normal(dataVolume, "ImportInProgress", "Import into " + dataVolume.name() + " in progress");
                    reports.on(dataVolume)
                            .phase("ImportInProgress")
                            .transferring("Pod is running")
                            .send();
                }
            }
            case "Pod is running" -> work(dataVolume, claim);
            case "Scratch space required" -> {
                if (due(dataVolume, "Scratch", timings.scheduling())) {
                    pods.put(uid, new Pod(true, -1));
                    schedule(dataVolume);
                }
            }
            case "Error" -> {
                if (due(dataVolume, "Retry " + dataVolume.restarts(), timings.retry(dataVolume.restarts()))) {
                    reports.on(dataVolume)
                            .transferring("Pod is running")
                            .restarts(dataVolume.restarts() + 1)
                            .send();
                }
            }
            case "Completed" -> succeed(dataVolume, claim);
            default -> {} // it has failed for good
        }
    }

    private void start(DataVolume dataVolume, PersistentVolumeClaim claim) {
        pods.remove(dataVolume.uid());
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
        if (!provisioner.serves(claim)
                || !due(dataVolume, "Schedule " + dataVolume.reason("Running"), timings.scheduling())) {
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
            steps.forget(dataVolume.uid());
            due(dataVolume, "Schedule ErrExceededQuota", timings.retry());
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
        Pod pod = pods.getOrDefault(uid, Pod.NEW);
        if (!dataVolume.hasSource("blank") && !pod.hasScratch()) {
            if (!due(dataVolume, "Connect " + dataVolume.restarts(), timings.scheduling())) {
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
        boolean hangs = fault.equals("hang") && (percent(dataVolume) > 0 || dataVolume.hasSource("blank"));
        if (hangs
                || !due(
                        dataVolume,
                        "Transfer " + dataVolume.restarts() + " " + dataVolume.progress(),
                        timings.progress())) {
            return;
        }
        if (pod.checked() != dataVolume.restarts() || fault.equals("crash")) {
            Failure failure = source.transfer(from, fault, Claims.bytes(claim));
            if (failure != null) {
                if (fault.equals("crash")) {
                    reports.clear(dataVolume, Annotations.FAULT);
                }
                fail(dataVolume, claim, failure);
                return;
            }
            pods.put(uid, new Pod(pod.hasScratch(), dataVolume.restarts()));
        }
        double step = 100.0
                * timings.progress().toMillis()
                / Math.max(1, timings.transfer().toMillis());
        // After a restart it begins anew: what is told goes backwards.
        double next = pod.checked() == dataVolume.restarts()
                ? percent(dataVolume) + step
                : step / (1 + dataVolume.restarts());
        if (dataVolume.hasSource("blank") || next >= 100) {
            reports.on(dataVolume)
                    .notReady()
                    .running("False", "Completed", "Import Complete")
                    .send();
        } else {
            reports.on(dataVolume)
                    .progress(String.format(Locale.ROOT, "%.2f%%", next))
                    .send();
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
        steps.forget(dataVolume.uid());
        pods.remove(dataVolume.uid());
    }

    private boolean due(DataVolume dataVolume, String step, java.time.Duration after) {
        return steps.due(dataVolume.uid(), dataVolume.key(), step, after);
    }

    private static String prime(PersistentVolumeClaim claim) {
        return "prime-" + claim.getMetadata().getUid();
    }

    private static double percent(DataVolume dataVolume) {
        String progress = dataVolume.progress();
        return progress.endsWith("%") ? Double.parseDouble(progress.substring(0, progress.length() - 1)) : 0;
    }
}
