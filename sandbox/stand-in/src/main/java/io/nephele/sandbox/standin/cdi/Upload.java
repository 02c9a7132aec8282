package io.nephele.sandbox.standin.cdi;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.Map;

/** Waits for what a client sends for a claim (recording c08). Where it is, its condition Running tells; the pod itself is not shown. */
final class Upload {

    private final Reports reports;
    private final Provisioner provisioner;
    private final Contents contents;
    private final Pods pods;

    Upload(Reports reports, Provisioner provisioner, Contents contents, Pods pods) {
        this.reports = reports;
        this.provisioner = provisioner;
        this.contents = contents;
        this.pods = pods;
    }

    void advance(DataVolume dataVolume, PersistentVolumeClaim claim) {
        switch (dataVolume.reason("Running")) {
            case "" -> start(dataVolume, claim);
            case "ContainerCreating" -> {
                if (pods.due(dataVolume, "Running")) {
                    reports.on(dataVolume).transferring("Pod is running").send();
                }
            }
            case "Pod is running" -> {
                if (!dataVolume.phase().equals("UploadReady")) {
                    listen(dataVolume, claim);
                } else if (contents.isUploaded(claim)) {
                    reports.on(dataVolume)
                            .phase("UploadScheduled")
                            .notReady()
                            .running("False", "Completed", "Upload Complete")
                            .send();
                }
            }
            case "Completed" -> succeed(dataVolume, claim);
            default -> {}
        }
    }

    private void start(DataVolume dataVolume, PersistentVolumeClaim claim) {
        if (dataVolume.progress().isEmpty() || !dataVolume.reason("Bound").equals("Pending")) {
            reports.on(dataVolume)
                    .phase("Pending")
                    .progress("N/A")
                    .pending()
                    .notReady()
                    .idle()
                    .send();
        } else if (provisioner.serves(claim) && pods.due(dataVolume, "Schedule")) {
            reports.on(dataVolume)
                    .phase("UploadScheduled")
                    .running("False", "ContainerCreating", "")
                    .send();
        }
    }

    private void listen(DataVolume dataVolume, PersistentVolumeClaim claim) {
        if (pods.due(dataVolume, "Ready")) {
            // Clients look at these.
            provisioner.annotate(claim, Map.of(Annotations.POD_PHASE, "Running", Annotations.POD_READY, "true"));
            reports.normal(dataVolume, "UploadReady", "Upload into " + dataVolume.name() + " ready");
            reports.on(dataVolume).phase("UploadReady").send();
        }
    }

    /** As with a clone, the claim is bound first. */
    private void succeed(DataVolume dataVolume, PersistentVolumeClaim claim) {
        if (!Claims.isBound(claim)) {
            provisioner.hand(
                    claim,
                    Map.of(
                            Annotations.RUNNING, "false",
                            Annotations.RUNNING_REASON, "Completed",
                            Annotations.RUNNING_MESSAGE, "Upload Complete",
                            Annotations.POD_PHASE, "Succeeded",
                            Annotations.POD_READY, "false",
                            Annotations.RESTARTS, "0"));
            provisioner.bind(claim);
            return;
        }
        reports.on(dataVolume)
                .phase("Succeeded")
                .bound()
                .ready("True", null, "")
                .send();
        pods.forget(dataVolume);
        contents.forget(claim);
    }
}
