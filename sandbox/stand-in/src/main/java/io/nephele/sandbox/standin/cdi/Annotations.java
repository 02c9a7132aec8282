package io.nephele.sandbox.standin.cdi;

/** The annotations and finalizers CDI and the binder of volumes put on DataVolumes and claims. */
final class Annotations {

    private static final String CDI = "cdi.kubevirt.io/";

    /** Ours: sets off a fault, see {@link Cdi}. */
    static final String FAULT = "sandbox.nephele.io/fault";

    static final String USE_POPULATOR = CDI + "storage.usePopulator";
    static final String CREATED_FOR = CDI + "createdForDataVolume";
    static final String BIND_IMMEDIATE = CDI + "storage.bind.immediate.requested";
    static final String ADOPTION = CDI + "allowClaimAdoption";
    static final String CONTENT_TYPE = CDI + "storage.contentType";
    static final String PREALLOCATION = CDI + "storage.preallocation";
    static final String PREALLOCATION_REQUESTED = CDI + "storage.preallocation.requested";
    static final String RESTARTS = CDI + "storage.pod.restarts";
    static final String POD_PHASE = CDI + "storage.pod.phase";
    static final String POD_READY = CDI + "storage.pod.ready";
    static final String POD_SCHEDULABLE = CDI + "storage.pod.schedulable";
    static final String RUNNING = CDI + "storage.condition.running";
    static final String RUNNING_REASON = RUNNING + ".reason";
    static final String RUNNING_MESSAGE = RUNNING + ".message";
    static final String IMPORT_ENDPOINT = CDI + "storage.import.endpoint";
    static final String IMPORT_SOURCE = CDI + "storage.import.source";
    static final String IMPORT_POD = CDI + "storage.import.importPodName";
    static final String IMPORT_SCRATCH = CDI + "storage.import.requiresScratch";
    static final String PROGRESS = CDI + "storage.populator.progress";
    static final String PRIME = CDI + "storage.populator.pvcPrime";
    static final String CLONE_TOKEN = CDI + "storage.clone.token";
    static final String EXTENDED_CLONE_TOKEN = CDI + "storage.extended.clone.token";
    static final String CLONE_TYPE = CDI + "cloneType";
    static final String CLONE_PHASE = CDI + "clonePhase";
    static final String CLONE_OF = "k8s.io/CloneOf";
    static final String SOURCE_NAMESPACE = CDI + "dataSourceNamespace";
    static final String PERMISSIVE_CLONE = CDI + "permissiveClone";

    static final String SELECTED_NODE = "volume.kubernetes.io/selected-node";
    static final String BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
    static final String BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
    static final String PROVISIONER = "volume.kubernetes.io/storage-provisioner";
    static final String BETA_PROVISIONER = "volume.beta.kubernetes.io/storage-provisioner";

    /** On a DataVolume that clones from another namespace. */
    static final String DATA_VOLUME_FINALIZER = CDI + "dataVolumeFinalizer";

    /** On a claim while it is cloned into. */
    static final String CLONE_FINALIZER = CDI + "clonePopulator";

    private Annotations() {}
}
