package io.nephele.sandbox.standin.cdi;

import io.nephele.sandbox.standin.Api;
import java.util.List;

/** The storage of the sandbox: {@code replicated}, the default, which every node reaches, and {@code local}, which one node has. */
final class SandboxStorage {

    /** The driver that serves them. */
    static final String DRIVER = "stand-in.sandbox.nephele.io";

    /** The class that each node has for itself. */
    static final String LOCAL = "local";

    private SandboxStorage() {}

    static void install(Api api) {
        for (String object : List.of(
                """
                {"apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver", "metadata": {"name": "%s"}, "spec": {}}
                """.formatted(DRIVER),
                storageClass("replicated", "Immediate", true),
                storageClass(LOCAL, "WaitForFirstConsumer", false),
                profile("replicated", "ReadWriteMany"),
                profile(LOCAL, "ReadWriteOnce"))) {
            api.client()
                    .resource(object)
                    .fieldManager("stand-in")
                    .forceConflicts()
                    .serverSideApply();
        }
    }

    private static String storageClass(String name, String bindingMode, boolean isDefault) {
        return """
                {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
                 "metadata": {"name": "%s", "annotations": {"storageclass.kubernetes.io/is-default-class": "%s"}},
                 "provisioner": "%s", "reclaimPolicy": "Delete", "volumeBindingMode": "%s", "allowVolumeExpansion": true}
                """.formatted(name, isDefault, DRIVER, bindingMode);
    }

    /** What CDI knows by itself of the drivers of real storage. */
    private static String profile(String name, String accessMode) {
        return """
                {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "StorageProfile", "metadata": {"name": "%s"},
                 "spec": {"claimPropertySets": [{"accessModes": ["%s"], "volumeMode": "Block"}]}}
                """.formatted(name, accessMode);
    }
}
