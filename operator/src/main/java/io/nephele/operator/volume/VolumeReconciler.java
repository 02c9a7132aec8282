package io.nephele.operator.volume;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.Mappers;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.nephele.crds.AwsId;
import io.nephele.crds.Bytes;
import io.nephele.crds.Nephele;
import io.nephele.crds.image.Image;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceState;
import io.nephele.crds.volume.Volume;
import io.nephele.crds.volume.VolumeSpec;
import io.nephele.crds.volume.VolumeState;
import io.nephele.crds.volume.VolumeStatus;
import io.nephele.foreign.cdi.DataVolume;
import io.nephele.foreign.kubevirt.VirtualMachine;
import io.nephele.foreign.kubevirt.VirtualMachineInstance;
import io.nephele.operator.Conditions;
import io.nephele.operator.Writes;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A Volume is a DataVolume of its AWS id. It goes only when no VM can still write to it. */
@ControllerConfiguration(
        finalizerName = Nephele.FINALIZER,
        fieldManager = Nephele.FIELD_MANAGER,
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 5, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = -1, initialInterval = 500, intervalMultiplier = 2, maxInterval = 300_000)
public class VolumeReconciler implements Reconciler<Volume>, Cleaner<Volume> {

    private static final String BY_IMAGE = "image";
    private static final String BY_INSTANCE = "instance";
    private static final String BY_ID = "id";
    private static final Duration RECHECK = Duration.ofSeconds(2);

    private final Writes writes;
    private final StorageClasses storageClasses;
    private final Clock clock;
    private InformerEventSource<DataVolume, Volume> dataVolumes;
    private InformerEventSource<Image, Volume> images;
    private InformerEventSource<Instance, Volume> instances;

    @SuppressWarnings("NullAway.Init") // the event sources are made when the operator starts
    public VolumeReconciler(Writes writes, StorageClasses storageClasses, Clock clock) {
        this.writes = writes;
        this.storageClasses = storageClasses;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Volume>> prepareEventSources(EventSourceContext<Volume> context) {
        var volumes = context.getPrimaryCache();
        volumes.addIndexer(BY_IMAGE, VolumeReconciler::waitsFor);
        volumes.addIndexer(BY_INSTANCE, volume -> {
            VolumeSpec.Attachment attachment = volume.getSpec().attachment();
            return attachment == null
                    ? List.of()
                    : List.of(key(volume.getMetadata().getNamespace(), attachment.instance()));
        });
        dataVolumes = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(DataVolume.class, Volume.class)
                        .withName("data-volumes")
                        .withLabelSelector(Nephele.LABEL_VOLUME)
                        .withSecondaryToPrimaryMapper(Mappers.fromOwnerReferences(Volume.class, false))
                        .build(),
                context);
        images = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Image.class, Volume.class)
                        .withName("images")
                        .withSecondaryToPrimaryMapper(image -> volumes.byIndex(BY_IMAGE, AwsId.IMAGE.of(image)).stream()
                                .map(ResourceID::fromResource)
                                .collect(Collectors.toSet()))
                        .build(),
                context);
        images.addIndexers(Map.of(BY_ID, image -> List.of(AwsId.IMAGE.of(image))));
        instances = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Instance.class, Volume.class)
                        .withName("instances")
                        .withSecondaryToPrimaryMapper(instance -> volumes
                                .byIndex(
                                        BY_INSTANCE,
                                        key(
                                                instance.getMetadata().getNamespace(),
                                                instance.getMetadata().getName()))
                                .stream()
                                .map(ResourceID::fromResource)
                                .collect(Collectors.toSet()))
                        // Only its end matters here.
                        .withOnAddFilter(_ -> false)
                        .withOnUpdateFilter((instance, before) -> instance.getStatus() != null
                                && instance.getStatus().state() == InstanceState.Terminated
                                && (before.getStatus() == null
                                        || before.getStatus().state() != InstanceState.Terminated))
                        .build(),
                context);
        return List.of(dataVolumes, images, instances);
    }

    private static String key(String namespace, String name) {
        return namespace + "/" + name;
    }

    /** The image that a Volume is still to be filled from. */
    private static List<String> waitsFor(Volume volume) {
        VolumeSpec.Source source = volume.getSpec().source();
        boolean filled = volume.getStatus() != null && volume.getStatus().state() != VolumeState.Creating;
        return source == null || filled ? List.of() : List.of(source.imageId());
    }

    @Override
    public ErrorStatusUpdateControl<Volume> updateErrorStatus(Volume seen, Context<Volume> context, Exception failure) {
        return writes.failed(new Volume(), seen, VolumeStatus.NONE, context, failure);
    }

    @Override
    public UpdateControl<Volume> reconcile(Volume volume, Context<Volume> context) {
        if (isOrphan(volume)) {
            return release(volume);
        }
        String id = AwsId.VOLUME.of(volume);
        String storageClass = storageClasses.of(volume.getSpec().volumeType());
        DataVolume dataVolume = dataVolumes
                .get(new ResourceID(id, volume.getMetadata().getNamespace()))
                .orElse(null);
        VolumeDecision decision = VolumeDecision.of(
                new VolumeDecision.Observed(
                        volume, storageClass, dataVolume == null ? image(volume) : null, dataVolume),
                clock.instant());
        VolumeStatus status = decision.status();
        boolean wait = false;
        switch (decision.act()) {
            case NOTHING -> {}
            case CREATE -> writes.create(dataVolume(volume, id, storageClass));
            case GROW -> {
                String size = grow(volume, id);
                wait = size == null;
                if (size != null) {
                    status = new VolumeStatus(
                            status.volumeId(), status.state(), size, status.storageClass(), status.conditions());
                }
            }
        }
        report(volume, status, context);
        UpdateControl<Volume> control = UpdateControl.noUpdate();
        return wait ? control.rescheduleAfter(RECHECK) : control;
    }

    private void report(Volume volume, VolumeStatus status, Context<Volume> context) {
        VolumeStatus old = volume.getStatus();
        String reason = Conditions.reason(status.conditions(), "Ready");
        // While the disk is filled as it should be there is nothing to tell: the next thing to tell is that it is
        // there.
        boolean quiet = old == null && reason.equals("Filling");
        if (quiet || status.equals(old)) {
            return;
        }
        if (status.state() == VolumeState.Error && (old == null || old.state() != VolumeState.Error)) {
            writes.event(
                    volume,
                    "Warning",
                    reason,
                    status.conditions() == null
                            ? ""
                            : status.conditions().getFirst().getMessage());
        }
        writes.report(new Volume(), volume, status, context);
    }

    private @Nullable Image image(Volume volume) {
        VolumeSpec.Source source = volume.getSpec().source();
        return source == null
                ? null
                : images.byIndex(BY_ID, source.imageId()).stream()
                        .filter(image -> image.getMetadata().getNamespace().equals(source.imageNamespace()))
                        .findFirst()
                        .orElse(null);
    }

    private DataVolume dataVolume(Volume volume, String id, @Nullable String storageClass) {
        VolumeSpec.Source source = volume.getSpec().source();
        var dataVolume = new DataVolume();
        dataVolume.getMetadata().setName(id);
        dataVolume.getMetadata().setNamespace(volume.getMetadata().getNamespace());
        dataVolume.getMetadata().setLabels(Map.of(Nephele.LABEL_VOLUME, id));
        dataVolume
                .getMetadata()
                .setOwnerReferences(List.of(new OwnerReferenceBuilder()
                        .withApiVersion(volume.getApiVersion())
                        .withKind(volume.getKind())
                        .withName(volume.getMetadata().getName())
                        .withUid(volume.getMetadata().getUid())
                        .withController(true)
                        .withBlockOwnerDeletion(true)
                        .build()));
        dataVolume.setSpec(new DataVolume.Spec(
                source == null
                        ? new DataVolume.Source(null, null, null, Map.of())
                        : new DataVolume.Source(
                                null, null, new DataVolume.Claim(source.imageNamespace(), source.imageId()), null),
                new DataVolume.Storage(
                        storageClass,
                        new DataVolume.Resources(
                                Map.of("storage", volume.getSpec().size())))));
        return dataVolume;
    }

    /** Asks the claim for more; returns the size once the storage has given it. */
    private @Nullable String grow(Volume volume, String id) {
        var resource = writes.client()
                .persistentVolumeClaims()
                .inNamespace(volume.getMetadata().getNamespace())
                .withName(id);
        PersistentVolumeClaim claim = resource.get();
        if (claim == null) {
            return null;
        }
        String size = volume.getSpec().size();
        Quantity asked = claim.getSpec().getResources().getRequests().get("storage");
        if (asked == null || Quantity.getAmountInBytes(asked).longValue() < Bytes.of(size)) {
            resource.patch(
                    PatchContext.of(PatchType.JSON_MERGE),
                    "{\"spec\":{\"resources\":{\"requests\":{\"storage\":\"" + size + "\"}}}}");
            return null;
        }
        Map<String, Quantity> capacity =
                claim.getStatus() == null ? null : claim.getStatus().getCapacity();
        Quantity given = capacity == null ? null : capacity.get("storage");
        return given != null && Quantity.getAmountInBytes(given).longValue() >= Bytes.of(size) ? size : null;
    }

    /**
     * Whether it was made for an Instance that is gone or terminated: an operator that was killed in between, or one whose cache was late, leaves such a Volume behind. The
     * cache alone is not trusted with that. A Volume that somebody made by hand is never taken for one.
     */
    private boolean isOrphan(Volume volume) {
        VolumeSpec.Attachment attachment = volume.getSpec().attachment();
        String namespace = volume.getMetadata().getNamespace();
        Map<String, String> labels = volume.getMetadata().getLabels();
        if (attachment == null
                || labels == null
                || !labels.containsKey(Nephele.LABEL_INSTANCE)
                || instances
                        .get(new ResourceID(attachment.instance(), namespace))
                        .filter(instance -> has(instance, volume))
                        .isPresent()) {
            return false;
        }
        Instance instance = writes.client()
                .resources(Instance.class)
                .inNamespace(namespace)
                .withName(attachment.instance())
                .get();
        return instance == null || !has(instance, volume);
    }

    private static boolean has(Instance instance, Volume volume) {
        boolean terminated =
                instance.getStatus() != null && instance.getStatus().state() == InstanceState.Terminated;
        boolean namesake = AwsId.VOLUME.matches(volume.getMetadata().getName())
                && !AwsId.VOLUME
                        .derive(instance.getMetadata().getUid(), "root")
                        .equals(volume.getMetadata().getName());
        return !terminated && !namesake;
    }

    private UpdateControl<Volume> release(Volume volume) {
        VolumeSpec.Attachment attachment = volume.getSpec().attachment();
        if (attachment != null && attachment.isDeleteOnTermination()) {
            writes.delete(
                    Volume.class,
                    volume.getMetadata().getNamespace(),
                    volume.getMetadata().getName());
        } else {
            detach(writes, volume);
        }
        return UpdateControl.noUpdate();
    }

    /** Takes the attachment off. */
    public static void detach(Writes writes, Volume volume) {
        writes.client()
                .resources(Volume.class)
                .inNamespace(volume.getMetadata().getNamespace())
                .withName(volume.getMetadata().getName())
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"attachment\":null}}");
    }

    @Override
    public DeleteControl cleanup(Volume volume, Context<Volume> context) {
        VolumeSpec.Attachment attachment = volume.getSpec().attachment();
        String namespace = volume.getMetadata().getNamespace();
        if (attachment != null && vmExists(namespace, attachment.instance())) {
            return DeleteControl.noFinalizerRemoval().rescheduleAfter(RECHECK);
        }
        writes.delete(DataVolume.class, namespace, AwsId.VOLUME.of(volume));
        return DeleteControl.defaultDelete();
    }

    private boolean vmExists(String namespace, String instanceName) {
        Instance instance = writes.client()
                .resources(Instance.class)
                .inNamespace(namespace)
                .withName(instanceName)
                .get();
        if (instance == null) {
            return false;
        }
        String id = AwsId.INSTANCE.of(instance);
        return writes.client()
                                .resources(VirtualMachine.class)
                                .inNamespace(namespace)
                                .withName(id)
                                .get()
                        != null
                || writes.client()
                                .resources(VirtualMachineInstance.class)
                                .inNamespace(namespace)
                                .withName(id)
                                .get()
                        != null;
    }
}
