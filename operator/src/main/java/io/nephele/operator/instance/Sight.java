package io.nephele.operator.instance;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.SecondaryToPrimaryMapper;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.nephele.crds.AwsId;
import io.nephele.crds.Nephele;
import io.nephele.crds.image.Image;
import io.nephele.crds.image.ImageReference;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.PowerState;
import io.nephele.crds.instancetype.InstanceType;
import io.nephele.crds.keypair.KeyPair;
import io.nephele.crds.project.Project;
import io.nephele.crds.volume.Volume;
import io.nephele.crds.volume.VolumeSpec;
import io.nephele.foreign.kubevirt.VirtualMachine;
import io.nephele.foreign.kubevirt.VirtualMachineInstance;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What an Instance depends on, from informer caches. Changes of it find the Instance by name or by index. */
final class Sight {

    private static final String BY_IMAGE = "image";
    private static final String BY_TYPE = "type";
    private static final String BY_KEY_PAIR = "key-pair";
    private static final String BY_NAME_OR_ID = "name-or-id";

    private final KubernetesClient client;
    private final String catalogue;
    private final InformerEventSource<Volume, Instance> volumes;
    private final InformerEventSource<Image, Instance> images;
    private final InformerEventSource<InstanceType, Instance> types;
    private final InformerEventSource<KeyPair, Instance> keyPairs;
    private final InformerEventSource<Project, Instance> projects;
    private final InformerEventSource<VirtualMachine, Instance> vms;
    private final InformerEventSource<VirtualMachineInstance, Instance> vmis;

    Sight(EventSourceContext<Instance> context, KubernetesClient client, String catalogue) {
        this.client = client;
        this.catalogue = catalogue;
        IndexerResourceCache<Instance> instances = context.getPrimaryCache();
        // Only an Instance without a disk waits for an image.
        instances.addIndexer(
                BY_IMAGE,
                i -> i.getStatus() != null && i.getStatus().rootVolume() != null
                        ? List.of()
                        : List.of(i.getSpec().image()));
        instances.addIndexer(BY_TYPE, i -> List.of(i.getSpec().instanceType()));
        instances.addIndexer(BY_KEY_PAIR, Sight::keyPairOf);
        volumes = source(context, Volume.class, "volumes", null, Sight::attachedTo);
        vms = source(context, VirtualMachine.class, "vms", Nephele.LABEL_INSTANCE, Sight::annotated);
        vmis = source(context, VirtualMachineInstance.class, "vmis", Nephele.LABEL_INSTANCE, Sight::annotated);
        images = source(
                context,
                Image.class,
                "images",
                null,
                image -> Stream.of(image.getMetadata().getName(), AwsId.IMAGE.of(image))
                        .flatMap(text -> instances.byIndex(BY_IMAGE, text).stream())
                        .map(ResourceID::fromResource)
                        .collect(Collectors.toSet()));
        types = source(
                context,
                InstanceType.class,
                "types",
                null,
                type -> ids(instances.byIndex(BY_TYPE, type.getMetadata().getName())));
        keyPairs = source(
                context,
                KeyPair.class,
                "key-pairs",
                null,
                key -> ids(instances.byIndex(
                        BY_KEY_PAIR,
                        key.getMetadata().getNamespace() + "/"
                                + key.getMetadata().getName())));
        // Its account id never changes: no Instance needs to hear of it.
        projects = source(context, Project.class, "projects", null, _ -> Set.of());
        images.addIndexers(
                Map.of(BY_NAME_OR_ID, image -> List.of(image.getMetadata().getName(), AwsId.IMAGE.of(image))));
    }

    private static <R extends HasMetadata> InformerEventSource<R, Instance> source(
            EventSourceContext<Instance> context,
            Class<R> type,
            String name,
            @Nullable String label,
            SecondaryToPrimaryMapper<R> mapper) {
        var configuration = InformerEventSourceConfiguration.from(type, Instance.class)
                .withName(name)
                .withSecondaryToPrimaryMapper(mapper);
        if (label != null) {
            configuration.withLabelSelector(label);
        }
        return new InformerEventSource<>(configuration.build(), context);
    }

    private static Set<ResourceID> ids(List<Instance> instances) {
        return instances.stream().map(ResourceID::fromResource).collect(Collectors.toSet());
    }

    private static List<String> keyPairOf(Instance instance) {
        boolean installed = instance.getStatus() != null && instance.getStatus().rootVolume() != null;
        String keyPair = instance.getSpec().keyPair();
        return installed || keyPair == null
                ? List.of()
                : List.of(instance.getMetadata().getNamespace() + "/" + keyPair);
    }

    private static Set<ResourceID> attachedTo(Volume volume) {
        VolumeSpec.Attachment attachment = volume.getSpec().attachment();
        return attachment == null
                ? Set.of()
                : Set.of(new ResourceID(
                        attachment.instance(), volume.getMetadata().getNamespace()));
    }

    private static Set<ResourceID> annotated(HasMetadata object) {
        var annotations = object.getMetadata().getAnnotations();
        String name = annotations == null ? null : annotations.get(Nephele.ANNOTATION_INSTANCE);
        return name == null
                ? Set.of()
                : Set.of(new ResourceID(name, object.getMetadata().getNamespace()));
    }

    List<EventSource<?, Instance>> eventSources() {
        return List.of(volumes, images, types, keyPairs, projects, vms, vmis);
    }

    Observed of(Instance instance) {
        String namespace = instance.getMetadata().getNamespace();
        String id = AwsId.INSTANCE.of(instance);
        Volume root = volumes.get(new ResourceID(Observed.rootVolumeName(instance), namespace))
                .orElse(null);
        String keyPair = instance.getSpec().keyPair();
        var observed = new Observed(
                instance,
                root,
                root == null ? image(instance) : null,
                types.get(new ResourceID(instance.getSpec().instanceType()))
                        .filter(type -> type.getSpec() != null)
                        .orElse(null),
                keyPair == null
                        ? null
                        : keyPairs.get(new ResourceID(keyPair, namespace)).orElse(null),
                vms.get(new ResourceID(id, namespace)).orElse(null),
                vmis.get(new ResourceID(id, namespace)).orElse(null),
                Observed.End.NOT_LOOKED_UP);
        boolean inDoubt =
                observed.ordered() == PowerState.Running && !observed.isBeingDeleted() && observed.isOffAfterCleanEnd();
        return inDoubt ? withEnd(observed, endOf(namespace, id)) : observed;
    }

    private static Observed withEnd(Observed o, Observed.End end) {
        return new Observed(o.instance(), o.rootVolume(), o.image(), o.type(), o.keyPair(), o.vm(), o.vmi(), end);
    }

    private @Nullable Image image(Instance instance) {
        var reference = new ImageReference(instance.getSpec().image());
        String namespace = instance.getMetadata().getNamespace();
        List<Image> candidates = images.byIndex(BY_NAME_OR_ID, reference.text());
        return reference
                .resolve(candidates.stream(), namespace, account(namespace), catalogue)
                .orElse(null);
    }

    private String account(String namespace) {
        return projects.get(new ResourceID(namespace)).map(Project::accountId).orElse("");
    }

    /**
     * How the last run ended. VM and VMI look alike for both; the events do not: a guest that is told from outside to shut down was signalled before it ended. Only looked up
     * when a machine is found off that should be on.
     */
    private Observed.End endOf(String namespace, String id) {
        List<Event> events =
                client
                        .v1()
                        .events()
                        .inNamespace(namespace)
                        .withField("involvedObject.name", id)
                        .list()
                        .getItems()
                        .stream()
                        .filter(event -> "VirtualMachineInstance"
                                .equals(event.getInvolvedObject().getKind()))
                        .toList();
        return events.stream()
                .filter(event -> "Stopped".equals(event.getReason()))
                .max(Comparator.comparing(event -> event.getLastTimestamp() == null ? "" : event.getLastTimestamp()))
                .map(stopped -> stopped.getInvolvedObject().getUid())
                .map(uid -> events.stream()
                                .anyMatch(e -> uid.equals(e.getInvolvedObject().getUid())
                                        && "ShuttingDown".equals(e.getReason()))
                        ? Observed.End.FROM_OUTSIDE
                        : Observed.End.BY_GUEST)
                .orElse(Observed.End.FROM_OUTSIDE);
    }

    /** Tells the cache of what was just written, so that the next look sees it. */
    void wrote(Volume volume) {
        volumes.handleRecentResourceCreate(ResourceID.fromResource(volume), volume);
    }

    void wrote(VirtualMachine vm, @Nullable VirtualMachine before) {
        ResourceID id = ResourceID.fromResource(vm);
        if (before == null) {
            vms.handleRecentResourceCreate(id, vm);
        } else {
            vms.handleRecentResourceUpdate(id, vm, before);
        }
    }

    @Nullable VirtualMachine vm(String namespace, String id) {
        return vms.get(new ResourceID(id, namespace)).orElse(null);
    }
}
