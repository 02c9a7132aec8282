package io.nephele.sandbox.standin.cdi;

import io.fabric8.kubernetes.api.model.storage.CSIDriverBuilder;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.api.model.storage.StorageClassBuilder;
import io.nephele.sandbox.standin.Api;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The storage of the sandbox: {@code replicated}, the default, which every node reaches, and {@code local}, which one node has. */
final class Classes {

    static final String REPLICATED = "replicated";
    static final String LOCAL = "local";
    private static final String DRIVER = "stand-in.sandbox.nephele.io";

    private Classes() {}

    /** What CDI's StorageProfile says of a class: the first access mode is taken when none is asked for. */
    record Profile(List<String> accessModes, String volumeMode, boolean waitsForFirstConsumer) {}

    /** The profile of a class, or null if there is no such class. */
    static @Nullable Profile profile(String storageClass) {
        return switch (storageClass) {
            case REPLICATED -> new Profile(List.of("ReadWriteMany"), "Block", false);
            case LOCAL -> new Profile(List.of("ReadWriteOnce"), "Block", true);
            default -> null;
        };
    }

    static void install(Api api) {
        var driver = new CSIDriverBuilder()
                .withNewMetadata()
                .withName(DRIVER)
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .build();
        api.client().resource(driver).fieldManager("stand-in").forceConflicts().serverSideApply();
        for (StorageClass storageClass :
                List.of(of(REPLICATED, "Immediate", "true"), of(LOCAL, "WaitForFirstConsumer", "false"))) {
            api.client()
                    .resource(storageClass)
                    .fieldManager("stand-in")
                    .forceConflicts()
                    .serverSideApply();
        }
    }

    private static StorageClass of(String name, String bindingMode, String isDefault) {
        return new StorageClassBuilder()
                .withNewMetadata()
                .withName(name)
                .withAnnotations(Map.of("storageclass.kubernetes.io/is-default-class", isDefault))
                .endMetadata()
                .withProvisioner(DRIVER)
                .withReclaimPolicy("Delete")
                .withVolumeBindingMode(bindingMode)
                .withAllowVolumeExpansion(true)
                .build();
    }
}
