package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.storage.CSIDriver;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.OnChange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The StorageClasses of the cluster with what CDI knows of each: its StorageProfile, and whether a CSI driver serves it. */
final class Classes implements AutoCloseable {

    private static final String DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";
    private static final ResourceDefinitionContext PROFILE = new ResourceDefinitionContext.Builder()
            .withGroup("cdi.kubevirt.io")
            .withVersion("v1beta1")
            .withKind("StorageProfile")
            .withPlural("storageprofiles")
            .withNamespaced(false)
            .build();

    private final Api api;
    private final SharedIndexInformer<StorageClass> classes;
    private final SharedIndexInformer<GenericKubernetesResource> profiles;
    private final SharedIndexInformer<CSIDriver> drivers;

    /** What a claim of a class may look like. */
    record PropertySet(List<String> accessModes, String volumeMode) {}

    Classes(Api api) {
        this.api = api;
        KubernetesClient client = api.client();
        classes = client.storage().v1().storageClasses().runnableInformer(0);
        profiles = client.genericKubernetesResources(PROFILE).runnableInformer(0);
        drivers = client.storage().v1().csiDrivers().runnableInformer(0);
    }

    /** Starts watching; {@code changed} is called when anything changes. */
    void start(Runnable changed) {
        for (SharedIndexInformer<?> informer : List.of(classes, profiles, drivers)) {
            informer.start().toCompletableFuture().join();
        }
        classes.getStore().list().forEach(this::ensureProfile);
        classes.addEventHandler(new OnChange<StorageClass>(storageClass -> {
            ensureProfile(storageClass);
            changed.run();
        }));
        profiles.addEventHandler(new OnChange<>(profile -> changed.run()));
    }

    /** CDI makes a StorageProfile for every class. What it cannot know, somebody fills in. */
    private void ensureProfile(StorageClass storageClass) {
        String name = storageClass.getMetadata().getName();
        if (profiles.getStore().getByKey(name) == null && classes.getStore().getByKey(name) != null) {
            String profile = """
                    {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "StorageProfile", "metadata": {"name": "%s"}, "spec": {}}
                    """.formatted(name);
            api.client().resource(profile).fieldManager("cdi").forceConflicts().serverSideApply();
        }
    }

    /** The class of that name, or the default class if none is named; null if there is no such class. */
    @Nullable StorageClass find(String name) {
        return name.isEmpty()
                ? classes.getStore().list().stream()
                        .filter(Classes::isDefault)
                        .findFirst()
                        .orElse(null)
                : classes.getStore().getByKey(name);
    }

    /** The property sets of a class's StorageProfile, or null if it has none yet. */
    @Nullable List<PropertySet> propertySets(String storageClass) {
        GenericKubernetesResource profile = profiles.getStore().getByKey(storageClass);
        if (profile == null) {
            return null;
        }
        ObjectNode tree = api.tree(profile);
        var sets = new ArrayList<PropertySet>();
        for (JsonNode set : tree.path("spec").path("claimPropertySets")) {
            var modes = new ArrayList<String>();
            set.path("accessModes").forEach(mode -> modes.add(mode.asText()));
            sets.add(new PropertySet(modes, set.path("volumeMode").asText("Filesystem")));
        }
        return sets;
    }

    /** Whether a CSI driver serves the class: such claims are filled by populators, others after they are bound. */
    boolean hasDriver(@Nullable StorageClass storageClass) {
        return storageClass != null && drivers.getStore().getByKey(storageClass.getProvisioner()) != null;
    }

    static boolean waitsForFirstConsumer(@Nullable StorageClass storageClass) {
        return storageClass != null && "WaitForFirstConsumer".equals(storageClass.getVolumeBindingMode());
    }

    private static boolean isDefault(StorageClass storageClass) {
        var annotations = storageClass.getMetadata().getAnnotations();
        return annotations != null && "true".equals(annotations.get(DEFAULT_CLASS));
    }

    @Override
    public void close() {
        classes.close();
        profiles.close();
        drivers.close();
    }
}
