package io.nephele.operator.image;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
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
import io.nephele.crds.Nephele;
import io.nephele.crds.image.Image;
import io.nephele.crds.image.ImageSource;
import io.nephele.crds.image.ImageState;
import io.nephele.crds.image.ImageStatus;
import io.nephele.crds.volume.Volume;
import io.nephele.crds.volume.VolumeState;
import io.nephele.foreign.cdi.DataVolume;
import io.nephele.operator.Conditions;
import io.nephele.operator.Settings;
import io.nephele.operator.Writes;
import io.nephele.operator.volume.StorageClasses;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Imports an Image into the DataVolume of its AWS id, and tells how far that is. */
@ControllerConfiguration(
        finalizerName = Nephele.FINALIZER,
        fieldManager = Nephele.FIELD_MANAGER,
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 5, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = -1, initialInterval = 500, intervalMultiplier = 2, maxInterval = 300_000)
public class ImageReconciler implements Reconciler<Image>, Cleaner<Image> {

    private static final Duration RECHECK = Duration.ofSeconds(5);

    private final Writes writes;
    private final Settings settings;
    private final StorageClasses storageClasses;
    private final Clock clock;
    private InformerEventSource<DataVolume, Image> dataVolumes;

    @SuppressWarnings("NullAway.Init") // the event source is made when the operator starts
    public ImageReconciler(Writes writes, Settings settings, StorageClasses storageClasses, Clock clock) {
        this.writes = writes;
        this.settings = settings;
        this.storageClasses = storageClasses;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Image>> prepareEventSources(EventSourceContext<Image> context) {
        dataVolumes = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(DataVolume.class, Image.class)
                        .withName("golden-volumes")
                        .withLabelSelector(Nephele.LABEL_IMAGE)
                        .withSecondaryToPrimaryMapper(Mappers.fromOwnerReferences(Image.class, false))
                        .build(),
                context);
        return List.of(dataVolumes);
    }

    @Override
    public ErrorStatusUpdateControl<Image> updateErrorStatus(Image seen, Context<Image> context, Exception failure) {
        return writes.failed(new Image(), seen, ImageStatus.NONE, context, failure);
    }

    @Override
    public UpdateControl<Image> reconcile(Image image, Context<Image> context) {
        String id = AwsId.IMAGE.of(image);
        DataVolume golden = dataVolumes
                .get(new ResourceID(id, image.getMetadata().getNamespace()))
                .orElse(null);
        ImageDecision decision = ImageDecision.of(image, golden, settings.importDeadline(), clock.instant());
        if (decision.create()) {
            writes.create(golden(image, id));
        }
        ImageStatus old = image.getStatus();
        ImageStatus status = decision.status();
        String reason = Conditions.reason(status.conditions(), "Ready");
        boolean trouble = status.state() == ImageState.Failed || reason.equals("ImportError");
        if (trouble && (old == null || !reason.equals(Conditions.reason(old.conditions(), "Ready")))) {
            writes.event(
                    image,
                    "Warning",
                    reason,
                    status.conditions() == null
                            ? ""
                            : status.conditions().getFirst().getMessage());
        }
        writes.report(new Image(), image, status, context);
        return again(status);
    }

    /** The deadline causes no event of its own. */
    private static UpdateControl<Image> again(ImageStatus status) {
        UpdateControl<Image> control = UpdateControl.noUpdate();
        return status.state() == ImageState.Pending ? control.rescheduleAfter(Duration.ofMinutes(1)) : control;
    }

    private DataVolume golden(Image image, String id) {
        ImageSource source = image.getSpec().source();
        var dataVolume = new DataVolume();
        dataVolume.getMetadata().setName(id);
        dataVolume.getMetadata().setNamespace(image.getMetadata().getNamespace());
        dataVolume.getMetadata().setLabels(Map.of(Nephele.LABEL_IMAGE, id));
        dataVolume.getMetadata().setAnnotations(Map.of(DataVolume.BIND_IMMEDIATE, "true"));
        dataVolume
                .getMetadata()
                .setOwnerReferences(List.of(new OwnerReferenceBuilder()
                        .withApiVersion(image.getApiVersion())
                        .withKind(image.getKind())
                        .withName(image.getMetadata().getName())
                        .withUid(image.getMetadata().getUid())
                        .withController(true)
                        .withBlockOwnerDeletion(true)
                        .build()));
        ImageSource.Http http = source.http();
        ImageSource.Registry registry = source.registry();
        dataVolume.setSpec(new DataVolume.Spec(
                new DataVolume.Source(
                        http == null ? null : new DataVolume.Http(http.url(), http.checksum()),
                        registry == null ? null : new DataVolume.Registry(registry.url()),
                        null,
                        null),
                new DataVolume.Storage(
                        storageClasses.of(image.getSpec().volumeType()),
                        new DataVolume.Resources(
                                Map.of("storage", image.getSpec().sizeOrDefault())))));
        return dataVolume;
    }

    /** CDI lets the source of a clone vanish, and the clone hangs then: so the golden volume waits for them. */
    @Override
    public DeleteControl cleanup(Image image, Context<Image> context) {
        String id = AwsId.IMAGE.of(image);
        boolean cloning = writes
                .client()
                .resources(Volume.class)
                .inAnyNamespace()
                .withLabel(Nephele.LABEL_IMAGE, id)
                .list()
                .getItems()
                .stream()
                .anyMatch(volume ->
                        volume.getStatus() == null || volume.getStatus().state() == VolumeState.Creating);
        if (cloning) {
            return DeleteControl.noFinalizerRemoval().rescheduleAfter(RECHECK);
        }
        writes.delete(DataVolume.class, image.getMetadata().getNamespace(), id);
        return DeleteControl.defaultDelete();
    }
}
