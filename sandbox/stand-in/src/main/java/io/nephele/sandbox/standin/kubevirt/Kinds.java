package io.nephele.sandbox.standin.kubevirt;

import io.nephele.sandbox.standin.Api.Kind;

/** The kinds this package serves, and what the real one writes on them. */
final class Kinds {

    static final Kind VM = new Kind("kubevirt.io", "v1", "VirtualMachine", "virtualmachines");
    static final Kind VMI = new Kind("kubevirt.io", "v1", "VirtualMachineInstance", "virtualmachineinstances");
    static final Kind VMIM =
            new Kind("kubevirt.io", "v1", "VirtualMachineInstanceMigration", "virtualmachineinstancemigrations");
    static final Kind POD = new Kind("", "v1", "Pod", "pods");
    static final Kind PVC = new Kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims");

    static final String CONTROLLER_FINALIZER = "kubevirt.io/virtualMachineControllerFinalize";
    static final String FOREGROUND_FINALIZER = "kubevirt.io/foregroundDeleteVirtualMachine";
    static final String CREATED_BY = "kubevirt.io/created-by";
    static final String NODE_NAME = "kubevirt.io/nodeName";

    /** Set on a VMI to make its guest do something by itself: poweroff, crash or reboot. It is taken off when done. */
    static final String GUEST = "sandbox.nephele.io/guest";

    /** Set on a VM's template or VMI: this many seconds a guest takes to shut down; it is killed when its grace period is over. */
    static final String DEAF = "sandbox.nephele.io/ignores-shutdown";

    /** Set on a VM's template: how its start goes wrong: hang (the pod never gets ready), no-image or fail. */
    static final String BOOT = "sandbox.nephele.io/boot";

    /** Set on a VM's template: there is a guest agent. */
    static final String AGENT = "sandbox.nephele.io/agent";

    /** Set on a VMI: its migrations do not come to an end by themselves (hang). */
    static final String MIGRATION = "sandbox.nephele.io/migration";

    private Kinds() {}
}
