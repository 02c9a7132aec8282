package io.nephele.sandbox.standin.cdi;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.nephele.sandbox.standin.cdi.Contents.Progress;
import io.nephele.sandbox.standin.cdi.Source.Failure;
import java.util.HashMap;
import java.util.Map;

/** Fills a claim from another (recordings c05 and c21). The temporary claim and the two pods are not shown. */
final class Clone {

    private final Cdi cdi;
    private final Reports reports;
    private final Provisioner provisioner;
    private final Contents contents;
    private final Pods pods;

    Clone(Cdi cdi, Reports reports, Provisioner provisioner, Contents contents, Pods pods) {
        this.cdi = cdi;
        this.reports = reports;
        this.provisioner = provisioner;
        this.contents = contents;
        this.pods = pods;
    }

    void advance(DataVolume dataVolume, PersistentVolumeClaim claim) {
        PersistentVolumeClaim original = cdi.claim(dataVolume.cloneSource().key());
        switch (dataVolume.phase()) {
            case "CloneScheduled" -> {
                if (dataVolume.progress().isEmpty()) {
                    schedule(dataVolume);
                } else if (original != null) {
                    begin(dataVolume, claim, original);
                }
            }
            case "CloneInProgress" -> {
                // A source that vanishes now leaves the clone hanging (c21).
                if (original != null) {
                    proceed(dataVolume, claim, original);
                }
            }
            default -> schedule(dataVolume);
        }
    }

    private void schedule(DataVolume dataVolume) {
        reports.normal(dataVolume, "CloneScheduled", cloning(dataVolume) + " scheduled");
        Status status =
                reports.on(dataVolume).phase("CloneScheduled").progress("N/A").notReady();
        if (!dataVolume.reason("Running").equals("Pending")) {
            status.idle();
        }
        if (!dataVolume.reason("Bound").equals("Pending")) {
            status.pending();
        }
        status.send();
    }

    private void begin(DataVolume dataVolume, PersistentVolumeClaim claim, PersistentVolumeClaim original) {
        if (Claims.bytes(claim) < Claims.bytes(original)) {
            String text = "target resources requests storage size is smaller than the source %d < %d"
                    .formatted(Claims.bytes(claim), Claims.bytes(original));
            reports.on(dataVolume).pending(text).running("False", "Error", text).send();
        } else if (pods.due(dataVolume, "Populator")) {
            reports.normal(dataVolume, "CloneInProgress", cloning(dataVolume) + " in progress");
            reports.on(dataVolume)
                    .phase("CloneInProgress")
                    .transferring("Populator is running")
                    .send();
        }
    }

    private void proceed(DataVolume dataVolume, PersistentVolumeClaim claim, PersistentVolumeClaim original) {
        switch (dataVolume.reason("Running")) {
            case "Populator is running" -> {
                if (!dataVolume.annotation(Annotations.FAULT).equals("hang")) {
                    reports.on(dataVolume)
                            .notReady()
                            .running("False", "ContainerCreating", "")
                            .send();
                }
            }
            case "ContainerCreating" -> {
                if (pods.due(dataVolume, "Running")) {
                    reports.on(dataVolume).transferring("Pod is running").send();
                }
            }
            case "Pod is running" -> copy(dataVolume, claim, original);
            case "Error" -> pods.retry(dataVolume);
            case "Completed" -> succeed(dataVolume, claim);
            default -> {}
        }
    }

    /** Copies as soon as the source is whole and nobody writes to it. */
    private void copy(DataVolume dataVolume, PersistentVolumeClaim claim, PersistentVolumeClaim original) {
        DataVolume.ClaimRef source = dataVolume.cloneSource();
        DataVolume filling = cdi.dataVolume(source.key());
        if (filling != null && !filling.phase().equals("Succeeded")) {
            return;
        }
        String user = cdi.userOf(source);
        if (user != null) {
            reports.on(dataVolume)
                    .pending("pod %s/%s using PersistentVolumeClaim %s"
                            .formatted(source.namespace(), user, source.name()))
                    .send();
            return;
        }
        switch (contents.copy(dataVolume, claim, original)) {
            case Progress.Waiting _, Progress.Running _ -> {}
            case Progress.Done() ->
                reports.on(dataVolume)
                        .notReady()
                        .running("False", "Completed", "Clone Complete")
                        .send();
            case Progress.Failed(Failure failure) ->
                reports.on(dataVolume)
                        .notReady()
                        .running("False", "Error", failure.message())
                        .send();
        }
    }

    /** Other than with an import, the claim is bound before the DataVolume has succeeded. */
    private void succeed(DataVolume dataVolume, PersistentVolumeClaim claim) {
        if (!Claims.isBound(claim)) {
            var annotations = new HashMap<>(Map.of(
                    Annotations.RUNNING, "false",
                    Annotations.RUNNING_REASON, "Completed",
                    Annotations.RUNNING_MESSAGE, "Clone Complete",
                    Annotations.CLONE_PHASE, "Succeeded",
                    Annotations.CLONE_TYPE, "copy",
                    Annotations.CLONE_OF, "true",
                    Annotations.PROGRESS, "100.0%",
                    Annotations.PREALLOCATION, "true"));
            provisioner.hand(claim, annotations);
            provisioner.bind(claim);
            return;
        }
        reports.on(dataVolume)
                .phase("Succeeded")
                .progress("100.0%")
                .bound()
                .ready("True", null, "")
                .send();
        reports.normal(dataVolume, "CloneSucceeded", successfully(dataVolume));
        pods.forget(dataVolume);
        contents.forget(claim);
    }

    private static String cloning(DataVolume dataVolume) {
        return "Cloning from " + dataVolume.cloneSource() + " into " + dataVolume.key();
    }

    private static String successfully(DataVolume dataVolume) {
        return "Successfully cloned from " + dataVolume.cloneSource() + " into " + dataVolume.key();
    }
}
