package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.cdi.Classes.PropertySet;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The claim of a DataVolume: what is not said of it comes from the StorageProfile of its class (recordings c09 and c18). */
final class Claims {

    /** What a claim for a file system gets on top, for the file system itself. */
    private static final BigDecimal FILESYSTEM_OVERHEAD = new BigDecimal("1.06");

    private final Api api;
    private final Classes classes;

    Claims(Api api, Classes classes) {
        this.api = api;
        this.classes = classes;
    }

    /** Why there can be no claim, in CDI's words. */
    static final class NotValid extends Exception {
        private final String event;

        NotValid(String message, String event) {
            super(message);
            this.event = event;
        }

        /** What is said in an event beside the message. */
        String event() {
            return event;
        }
    }

    @Nullable StorageClass storageClass(DataVolume dataVolume) {
        return classes.find(dataVolume.target().path("storageClassName").asText());
    }

    /**
     * The claim to create.
     *
     * @param original what is cloned, if something is
     */
    ObjectNode render(DataVolume dataVolume, boolean populated, @Nullable PersistentVolumeClaim original)
            throws NotValid {
        PropertySet properties = properties(dataVolume);
        ObjectNode claim = api.object();
        claim.put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
        ObjectNode metadata = claim.putObject("metadata");
        metadata.put("name", dataVolume.name()).put("namespace", dataVolume.namespace());
        labels(dataVolume, properties.volumeMode(), metadata.putObject("labels"));
        annotations(dataVolume, populated, metadata.putObject("annotations"));
        metadata.putArray("ownerReferences").add(owner(dataVolume));
        ObjectNode spec = claim.putObject("spec");
        StorageClass storageClass = storageClass(dataVolume);
        String className = dataVolume
                .target()
                .path("storageClassName")
                .asText(storageClass == null ? "" : storageClass.getMetadata().getName());
        if (!className.isEmpty()) {
            spec.put("storageClassName", className);
        }
        spec.put("volumeMode", properties.volumeMode());
        properties.accessModes().forEach(spec.putArray("accessModes")::add);
        spec.putObject("resources")
                .putObject("requests")
                .put("storage", size(dataVolume, properties.volumeMode(), original));
        if (populated) {
            if (dataVolume.isClone()) {
                metadata.putArray("finalizers").add(Annotations.CLONE_FINALIZER);
            }
            ObjectNode source = spec.putObject("dataSourceRef");
            String kind = dataVolume.isClone() ? "Clone" : dataVolume.hasSource("upload") ? "Upload" : "Import";
            source.put("apiGroup", "cdi.kubevirt.io")
                    .put("kind", "Volume" + kind + "Source")
                    .put("name", "volume-" + kind.toLowerCase(java.util.Locale.ROOT) + "-source-" + dataVolume.uid());
        }
        return claim;
    }

    ObjectNode owner(DataVolume dataVolume) {
        return api.object()
                .put("apiVersion", "cdi.kubevirt.io/v1beta1")
                .put("kind", "DataVolume")
                .put("name", dataVolume.name())
                .put("uid", dataVolume.uid())
                .put("controller", true)
                .put("blockOwnerDeletion", true);
    }

    private static void labels(DataVolume dataVolume, String volumeMode, ObjectNode labels) {
        if (dataVolume.metadata().path("labels") instanceof ObjectNode given) {
            labels.setAll(given);
        }
        if (volumeMode.equals("Filesystem")) {
            labels.put("alerts.k8s.io/KubePersistentVolumeFillingUp", "disabled");
        }
        labels.put("app", "containerized-data-importer")
                .put("app.kubernetes.io/component", "storage")
                .put("app.kubernetes.io/managed-by", "cdi-controller");
    }

    private static void annotations(DataVolume dataVolume, boolean populated, ObjectNode annotations) {
        if (dataVolume.metadata().path("annotations") instanceof ObjectNode given) {
            annotations.setAll(given);
            annotations.remove(Annotations.FAULT);
        }
        if (dataVolume.clonesAcrossNamespaces()) {
            annotations.put(
                    Annotations.SOURCE_NAMESPACE, dataVolume.cloneSource().namespace());
        } else {
            annotations.remove(Annotations.CLONE_TOKEN);
        }
        annotations
                .put(Annotations.CREATED_FOR, dataVolume.uid())
                .put(
                        Annotations.CONTENT_TYPE,
                        dataVolume.spec().path("contentType").asText("kubevirt"))
                .put(Annotations.RESTARTS, "0")
                .put(
                        Annotations.PREALLOCATION_REQUESTED,
                        Boolean.toString(dataVolume.spec().path("preallocation").asBoolean()))
                .put(Annotations.USE_POPULATOR, Boolean.toString(populated));
    }

    private PropertySet properties(DataVolume dataVolume) throws NotValid {
        JsonNode target = dataVolume.target();
        var modes = new ArrayList<String>();
        target.path("accessModes").forEach(mode -> modes.add(mode.asText()));
        String volumeMode = target.path("volumeMode").asText();
        if (dataVolume.spec().path("contentType").asText().equals("archive")) {
            volumeMode = "Filesystem";
        }
        if (!dataVolume.hasStorage() || (!modes.isEmpty() && !volumeMode.isEmpty())) {
            return new PropertySet(modes, volumeMode.isEmpty() ? "Filesystem" : volumeMode);
        }
        List<PropertySet> sets = sets(dataVolume, modes);
        for (PropertySet set : sets) {
            if (modes.isEmpty() && (volumeMode.isEmpty() || volumeMode.equals(set.volumeMode()))) {
                return set;
            }
            if (!modes.isEmpty() && set.accessModes().contains(modes.getFirst())) {
                return new PropertySet(modes, set.volumeMode());
            }
        }
        if (!modes.isEmpty()) {
            return new PropertySet(modes, "Filesystem");
        }
        String profile = "StorageProfile " + storageClassName(dataVolume);
        throw new NotValid(
                (sets.isEmpty() ? "no accessMode" : "no matching accessMode") + " specified in " + profile,
                "Spec is missing accessMode and " + (volumeMode.isEmpty() ? "volumeMode, " : "")
                        + "cannot get access mode from " + profile);
    }

    private List<PropertySet> sets(DataVolume dataVolume, List<String> modes) throws NotValid {
        StorageClass storageClass = storageClass(dataVolume);
        if (storageClass == null) {
            if (!modes.isEmpty()) {
                return List.of();
            }
            String text = "PVC spec is missing accessMode and no storageClass to choose profile";
            throw new NotValid(text, text);
        }
        String name = storageClass.getMetadata().getName();
        List<PropertySet> sets = classes.propertySets(name);
        if (sets == null) {
            String text = "cannot get StorageProfile: StorageProfile.cdi.kubevirt.io \"" + name + "\" not found";
            throw new NotValid(text, text);
        }
        return sets;
    }

    private String storageClassName(DataVolume dataVolume) {
        StorageClass storageClass = storageClass(dataVolume);
        return storageClass == null ? "" : storageClass.getMetadata().getName();
    }

    private static String size(DataVolume dataVolume, String mode, @Nullable PersistentVolumeClaim original) {
        String asked = dataVolume.size();
        if (asked.isEmpty()) {
            return original == null ? "1Gi" : request(original).toString();
        }
        if (!dataVolume.hasStorage()) {
            return asked;
        }
        BigDecimal bytes = Quantity.getAmountInBytes(Quantity.parse(asked));
        return (mode.equals("Filesystem") ? bytes.multiply(FILESYSTEM_OVERHEAD) : bytes)
                .setScale(0, RoundingMode.CEILING)
                .toPlainString();
    }

    static Quantity request(PersistentVolumeClaim claim) {
        return claim.getSpec().getResources().getRequests().getOrDefault("storage", new Quantity("0"));
    }

    static long bytes(PersistentVolumeClaim claim) {
        return Quantity.getAmountInBytes(request(claim)).longValue();
    }

    static String annotation(PersistentVolumeClaim claim, String name) {
        var annotations = claim.getMetadata().getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault(name, "");
    }

    static boolean isBound(PersistentVolumeClaim claim) {
        return claim.getStatus() != null && "Bound".equals(claim.getStatus().getPhase());
    }
}
