package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Steps;
import java.net.HttpURLConnection;
import org.jspecify.annotations.Nullable;

/** DataVolumes: each gets a claim, which is filled. Phases, conditions and texts are those of the recordings c01 to c23. */
final class DataVolumeController {

    private final Api api;
    private final Cdi cdi;
    private final Reports reports;
    private final Claims claims;
    private final Classes classes;
    private final Provisioner provisioner;
    private final Import imports;
    private final Clone clones;
    private final Upload uploads;
    private final Timings timings;
    private final Steps steps;

    DataVolumeController(
            Api api,
            Cdi cdi,
            Reports reports,
            Classes classes,
            Provisioner provisioner,
            Import imports,
            Clone clones,
            Upload uploads,
            Timings timings,
            Steps steps) {
        this.api = api;
        this.cdi = cdi;
        this.reports = reports;
        this.claims = new Claims(api, classes);
        this.classes = classes;
        this.provisioner = provisioner;
        this.imports = imports;
        this.clones = clones;
        this.uploads = uploads;
        this.timings = timings;
        this.steps = steps;
    }

    /** Forgets one that is gone. */
    void forget(String uid) {
        steps.forget(uid);
        imports.forget(uid);
    }

    void reconcile(DataVolume dataVolume, @Nullable PersistentVolumeClaim claim) {
        if (dataVolume.isBeingDeleted()) {
            dropFinalizer(dataVolume);
            if (claim != null && claim.getMetadata().getDeletionTimestamp() != null) {
                provisioner.release(claim);
            }
        } else if (claim == null) {
            create(dataVolume);
        } else if (claim.getMetadata().getDeletionTimestamp() != null) {
            outlive(dataVolume, claim);
        } else if (!owns(dataVolume, claim)) {
            adopt(dataVolume, claim);
        } else {
            switch (dataVolume.phase()) {
                case "Succeeded" -> succeeded(dataVolume, claim);
                case "Failed" -> {}
                default -> populate(dataVolume, claim);
            }
        }
    }

    private void create(DataVolume dataVolume) {
        boolean populated = isPopulated(dataVolume);
        PersistentVolumeClaim original =
                dataVolume.isClone() ? cdi.claim(dataVolume.cloneSource().key()) : null;
        ObjectNode claim;
        try {
            claim = claims.render(dataVolume, populated, original);
        } catch (Claims.NotValid e) {
            reports.warning(dataVolume, "ErrClaimNotValid", e.event());
            refuse(dataVolume, "ErrClaimNotValid", String.valueOf(e.getMessage()));
            return;
        }
        annotate(dataVolume, populated);
        if (dataVolume.isClone()) {
            if (original == null) {
                refuse(
                        dataVolume,
                        "CloneWithoutSource",
                        "The source pvc " + dataVolume.cloneSource().name() + " doesn't exist");
                return;
            }
            if (!preparedClone(dataVolume)) {
                return;
            }
        }
        if (!dataVolume.isClone() && !dataVolume.reason("Running").isEmpty()) {
            // Its claim is gone: another one is made and filled, as soon as nothing is said of the old one any more.
            Status status = reports.on(dataVolume)
                    .bound("False", "NotFound", "No PVC found")
                    .idle();
            if (!dataVolume.phase().equals("Succeeded")) {
                status.notReady();
            }
            status.send();
            return;
        }
        try {
            api.create(Cdi.CLAIM, dataVolume.namespace(), claim);
        } catch (KubernetesClientException e) {
            if (isEnding(e)) {
                return;
            }
            if (!PodQuota.isExceeded(e)) {
                throw e;
            }
            reports.warning(dataVolume, "ErrExceededQuota", e.getStatus().getMessage());
            refuse(dataVolume, "ErrExceededQuota", e.getStatus().getMessage());
            steps.forget(dataVolume.uid());
            steps.due(dataVolume.uid(), dataVolume.key(), "Claim", timings.retry());
        }
    }

    /** Whether the namespace is being deleted. */
    private static boolean isEnding(KubernetesClientException e) {
        return e.getCode() == HttpURLConnection.HTTP_FORBIDDEN
                && e.getStatus() != null
                && e.getStatus().getMessage().contains("because it is being terminated");
    }

    /** The choice is made once, at the first look. */
    private boolean isPopulated(DataVolume dataVolume) {
        String chosen = dataVolume.annotation(Annotations.USE_POPULATOR);
        return chosen.isEmpty() ? classes.hasDriver(claims.storageClass(dataVolume)) : chosen.equals("true");
    }

    /** Whether the claim of a clone may be made: not before CDI knows its size, nor before it holds the DataVolume. */
    private boolean preparedClone(DataVolume dataVolume) {
        if (!dataVolume.clonesAcrossNamespaces() && !dataVolume.size().isEmpty()) {
            return true;
        }
        String text = "Cloning from " + dataVolume.cloneSource() + " into " + dataVolume.key() + " scheduled";
        if (!dataVolume.phase().equals("CloneScheduled")) {
            reports.on(dataVolume)
                    .phase("CloneScheduled")
                    .bound("False", "CloneScheduled", text)
                    .ready("False", "CloneScheduled", text)
                    .idle()
                    .send();
            reports.normal(dataVolume, "CloneScheduled", text);
            return false;
        }
        if (dataVolume.clonesAcrossNamespaces() && !dataVolume.hasFinalizer()) {
            addFinalizer(dataVolume);
        }
        return true;
    }

    private void refuse(DataVolume dataVolume, String reason, String text) {
        reports.on(dataVolume)
                .bound("False", reason, text)
                .ready("False", reason, text)
                .idle()
                .send();
    }

    private void annotate(DataVolume dataVolume, boolean populated) {
        if (!dataVolume.annotation(Annotations.USE_POPULATOR).isEmpty()) {
            return;
        }
        ObjectNode patch = api.object();
        ObjectNode annotations = patch.putObject("metadata").putObject("annotations");
        annotations.put(Annotations.USE_POPULATOR, Boolean.toString(populated));
        if (dataVolume.isClone()) {
            annotations.put(Annotations.CLONE_TYPE, "copy");
            if (dataVolume.size().isEmpty()) {
                annotations.put(Annotations.PERMISSIVE_CLONE, "true");
            }
        }
        if (dataVolume.clonesAcrossNamespaces()) {
            annotations.put(Annotations.EXTENDED_CLONE_TOKEN, dataVolume.annotation(Annotations.CLONE_TOKEN));
        }
        api.patch(Cdi.DATA_VOLUME, dataVolume.namespace(), dataVolume.name(), patch);
    }

    /** A clone from another namespace is held until it has succeeded: what it left behind there has to be cleared away. */
    private void addFinalizer(DataVolume dataVolume) {
        ObjectNode patch = api.object();
        ArrayNode finalizers = patch.putObject("metadata").putArray("finalizers");
        dataVolume.metadata().path("finalizers").forEach(finalizers::add);
        finalizers.add(Annotations.DATA_VOLUME_FINALIZER);
        api.patch(Cdi.DATA_VOLUME, dataVolume.namespace(), dataVolume.name(), patch);
    }

    private void dropFinalizer(DataVolume dataVolume) {
        if (!dataVolume.hasFinalizer()) {
            return;
        }
        ObjectNode patch = api.object();
        ArrayNode rest = patch.putObject("metadata").putArray("finalizers");
        dataVolume.metadata().path("finalizers").forEach(finalizer -> {
            if (!finalizer.asText().equals(Annotations.DATA_VOLUME_FINALIZER)) {
                rest.add(finalizer);
            }
        });
        api.patch(Cdi.DATA_VOLUME, dataVolume.namespace(), dataVolume.name(), patch);
    }

    /** An older claim of the name is on its way out. What is said of it is said of the DataVolume, for want of better (c16). */
    private void outlive(DataVolume dataVolume, PersistentVolumeClaim old) {
        provisioner.release(old);
        reports.warning(
                dataVolume,
                "ErrResourceMarkedForDeletion",
                "Resource \"" + dataVolume.name() + "\" marked for deletion");
        if (owns(dataVolume, old) || !dataVolume.reason("Bound").isEmpty()) {
            return;
        }
        Status status = reports.on(dataVolume);
        if (Claims.isBound(old)) {
            status.bound();
        } else {
            status.pending();
        }
        status.notReady()
                .running(
                        "False",
                        Claims.annotation(old, Annotations.RUNNING_REASON),
                        Claims.annotation(old, Annotations.RUNNING_MESSAGE))
                .send();
    }

    private void adopt(DataVolume dataVolume, PersistentVolumeClaim claim) {
        if (!claim.getMetadata().getOwnerReferences().isEmpty()
                || !dataVolume.annotation(Annotations.ADOPTION).equals("true")) {
            return;
        }
        annotate(dataVolume, isPopulated(dataVolume));
        ObjectNode patch = api.object();
        patch.putObject("metadata").putArray("ownerReferences").add(claims.owner(dataVolume));
        api.patch(Cdi.CLAIM, dataVolume.namespace(), dataVolume.name(), patch);
        if (Claims.isBound(claim)) {
            complete(dataVolume, claim);
        }
    }

    /** The claim has been filled before. */
    private void complete(DataVolume dataVolume, PersistentVolumeClaim claim) {
        reports.on(dataVolume)
                .phase("Succeeded")
                .progress("100.0%")
                .bound()
                .ready("True", null, "")
                .running(
                        "False",
                        Claims.annotation(claim, Annotations.RUNNING_REASON),
                        Claims.annotation(claim, Annotations.RUNNING_MESSAGE))
                .send();
    }

    private void populate(DataVolume dataVolume, PersistentVolumeClaim claim) {
        if (!isPopulated(dataVolume)) {
            importWithoutDriver(dataVolume, claim);
        } else if (dataVolume.phase().isEmpty() && Claims.isBound(claim)) {
            complete(dataVolume, claim);
        } else if (provisioner.waitsForConsumer(claim)) {
            Status status = reports.on(dataVolume)
                    .phase("PendingPopulation")
                    .progress("N/A")
                    .pending()
                    .notReady();
            if (dataVolume.isClone()) {
                status.running("False", "Pending", "Clone Pending");
            } else {
                status.idle();
            }
            status.send();
        } else if (dataVolume.isClone()) {
            clones.advance(dataVolume, claim);
        } else if (dataVolume.hasSource("upload")) {
            uploads.advance(dataVolume, claim);
        } else {
            imports.advance(dataVolume, claim);
        }
    }

    /** Without a CSI driver the claim is bound first and filled then, when no pod uses it (c11, c17). */
    private void importWithoutDriver(DataVolume dataVolume, PersistentVolumeClaim claim) {
        if (!Claims.isBound(claim)) {
            Status status =
                    reports.on(dataVolume).progress("N/A").pending().notReady().idle();
            if (provisioner.waitsForConsumer(claim)) {
                status.phase("WaitForFirstConsumer");
            }
            status.send();
            provisioner.plain(claim);
        } else if (!dataVolume.reason("Bound").equals("Bound")) {
            reports.on(dataVolume)
                    .phase("PVCBound")
                    .progress("N/A")
                    .bound()
                    .notReady()
                    .idle()
                    .send();
        } else if (!dataVolume.phase().equals("PVCBound")
                || cdi.userOf(new DataVolume.ClaimRef(dataVolume.namespace(), dataVolume.name())) == null) {
            imports.advance(dataVolume, claim);
        }
    }

    private void succeeded(DataVolume dataVolume, PersistentVolumeClaim claim) {
        dropFinalizer(dataVolume);
        if (Claims.isBound(claim)) {
            provisioner.grow(claim);
            reports.on(dataVolume).bound().ready("True", null, "").send();
        } else if (provisioner.hasVolume(claim)) {
            provisioner.bind(claim);
        } else {
            // The claim was deleted and made again: CDI fills it again.
            populate(dataVolume, claim);
        }
    }

    private static boolean owns(DataVolume dataVolume, PersistentVolumeClaim claim) {
        return claim.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getUid().equals(dataVolume.uid()));
    }
}
