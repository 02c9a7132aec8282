package io.nephele.operator.instance;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.crds.AwsId;
import io.nephele.crds.Bytes;
import io.nephele.crds.Nephele;
import io.nephele.crds.image.Image;
import io.nephele.crds.image.ImageState;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceState;
import io.nephele.crds.instance.InstanceStatus;
import io.nephele.crds.instance.PowerState;
import io.nephele.crds.instance.RootVolume;
import io.nephele.crds.instance.ShutdownBehavior;
import io.nephele.crds.volume.Volume;
import io.nephele.crds.volume.VolumeSpec;
import io.nephele.crds.volume.VolumeState;
import io.nephele.foreign.kubevirt.VirtualMachine;
import io.nephele.foreign.kubevirt.VirtualMachineInstance;
import io.nephele.operator.Conditions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an Instance: the actions, the status, and when to look again if nothing happens until then.
 *
 * @param order what a shutdown from inside means for the spec. It is written after the status, which says why: a look in between would take it for the user's order
 * @param released whether nothing outside is left, so that the finalizer may go
 */
record InstanceDecision(
        List<Action> actions,
        InstanceStatus status,
        @Nullable PowerState order,
        @Nullable Duration recheck,
        boolean released) {

    static final String ROOT_DEVICE = "/dev/vda";

    /** Decides; {@code retention} is how long a terminated Instance stays. */
    static InstanceDecision of(Observed observed, Duration retention, Instant now) {
        var decision = new InstanceDecision.Builder(observed, now);
        boolean end = observed.isBeingDeleted()
                || observed.ordered() == PowerState.Terminated
                || observed.reportedState() == InstanceState.Terminated;
        return end ? decision.takeDown(retention) : decision.run();
    }

    /** One decision in the making. */
    private static final class Builder {

        private final Observed observed;
        private final Instance instance;
        private final Instant now;
        private final List<Action> actions = new ArrayList<>();
        private final StatusBuilder status;

        Builder(Observed observed, Instant now) {
            this.observed = observed;
            this.instance = observed.instance();
            this.now = now;
            this.status = new StatusBuilder(observed, now);
        }

        /** The order that is safe for data: the VM, then the disk. */
        InstanceDecision takeDown(Duration retention) {
            VirtualMachine vm = observed.vm();
            if (vm != null && vm.getMetadata().getDeletionTimestamp() == null) {
                actions.add(new Action.DeleteVm());
            }
            if (vm != null || observed.vmi() != null) {
                return done(status.shuttingDown("The VM is being shut down"), null);
            }
            Volume root = observed.rootVolume();
            if (root != null && root.getSpec().attachment() != null) {
                VolumeSpec.Attachment attachment = root.getSpec().attachment();
                if (!attachment.isDeleteOnTermination()) {
                    actions.add(new Action.DetachVolume(root));
                } else {
                    if (root.getMetadata().getDeletionTimestamp() == null) {
                        actions.add(new Action.DeleteVolume(root));
                    }
                    return done(status.shuttingDown("The root volume is being deleted"), null);
                }
            }
            if (observed.isBeingDeleted()) {
                return new InstanceDecision(actions, status.terminated(), null, null, true);
            }
            InstanceStatus terminated = status.terminated();
            Duration rest = Duration.between(
                    now,
                    Instant.parse(terminated.terminatedAt() == null ? now.toString() : terminated.terminatedAt())
                            .plus(retention));
            if (rest.isNegative() || rest.isZero()) {
                actions.add(new Action.DeleteInstance());
                return done(terminated, null);
            }
            return done(terminated, rest.plusMillis(100));
        }

        InstanceDecision run() {
            Volume root = observed.rootVolume();
            if (root == null) {
                return makeRootVolume();
            }
            if (root.getMetadata().getDeletionTimestamp() != null && observed.vm() == null) {
                return done(
                        status.pending(
                                Reason.RootVolumeMissing,
                                "The root volume " + root.getMetadata().getName() + " is being deleted"),
                        null);
            }
            if (observed.type() == null && observed.vm() == null) {
                return done(
                        status.pending(
                                Reason.InstanceTypeNotFound,
                                "There is no InstanceType " + instance.getSpec().instanceType()),
                        null);
            }
            if (observed.vm() == null) {
                return firstVm(root);
            }
            return operate(root, observed.vm());
        }

        private InstanceDecision makeRootVolume() {
            InstanceStatus old = observed.status();
            if (old != null && old.rootVolume() != null) {
                return done(
                        status.pending(
                                Reason.RootVolumeMissing,
                                "The root volume " + old.rootVolume()
                                        + " is gone, and an empty one in its place would help nobody"),
                        null);
            }
            Image image = observed.image();
            if (image == null) {
                return done(
                        status.pending(
                                Reason.ImageNotFound,
                                "There is no image " + instance.getSpec().image()
                                        + " in this project, and no public one of that name"),
                        null);
            }
            if (image.getStatus() != null && image.getStatus().state() == ImageState.Failed) {
                return done(
                        status.pending(Reason.ImageNotReady, "The image could not be imported; see its conditions"),
                        null);
            }
            if (observed.type() == null) {
                return done(
                        status.pending(
                                Reason.InstanceTypeNotFound,
                                "There is no InstanceType " + instance.getSpec().instanceType()),
                        null);
            }
            if (instance.getSpec().keyPair() != null && observed.keyPair() == null) {
                return done(
                        status.pending(
                                Reason.KeyPairNotFound,
                                "There is no KeyPair " + instance.getSpec().keyPair() + " in this project"),
                        null);
            }
            actions.add(new Action.CreateVolume(rootVolume(image)));
            status.rootVolume(Observed.rootVolumeName(instance));
            return done(onTheWay(), null);
        }

        /** The status of an Instance whose disk is not there yet. */
        private InstanceStatus onTheWay() {
            return observed.ordered() == PowerState.Stopped
                    ? status.stopped()
                    : status.pending(Reason.Launching, StatusBuilder.LAUNCHING);
        }

        private Volume rootVolume(Image image) {
            RootVolume wanted = instance.getSpec().rootVolumeOrDefault();
            String least = image.getSpec().sizeOrDefault();
            String size = wanted.size() == null || Bytes.of(wanted.size()) < Bytes.of(least) ? least : wanted.size();
            String imageId = AwsId.IMAGE.of(image);
            var volume = new Volume();
            volume.setMetadata(new ObjectMetaBuilder()
                    .withName(Observed.rootVolumeName(instance))
                    .withNamespace(instance.getMetadata().getNamespace())
                    .withLabels(Map.of(Nephele.LABEL_INSTANCE, observed.id(), Nephele.LABEL_IMAGE, imageId))
                    .withFinalizers(Nephele.FINALIZER)
                    .withAnnotations(chargedTo(instance))
                    .build());
            volume.setSpec(new VolumeSpec(
                    size,
                    wanted.volumeType(),
                    new VolumeSpec.Source(imageId, image.getMetadata().getNamespace()),
                    new VolumeSpec.Attachment(
                            instance.getMetadata().getName(), ROOT_DEVICE, wanted.deleteOnTerminationOrDefault()),
                    wanted.tags()));
            return volume;
        }

        /** The disk counts in the quota of whoever the Instance counts in. */
        private static @Nullable Map<String, String> chargedTo(Instance instance) {
            Map<String, String> annotations = instance.getMetadata().getAnnotations();
            String user = annotations == null ? null : annotations.get(Nephele.ANNOTATION_CHARGED_TO);
            return user == null ? null : Map.of(Nephele.ANNOTATION_CHARGED_TO, user);
        }

        private InstanceDecision firstVm(Volume root) {
            if (observed.ordered() == PowerState.Stopped) {
                return done(status.stopped(), null);
            }
            VolumeState volumeState =
                    root.getStatus() == null ? null : root.getStatus().state();
            if (volumeState != VolumeState.Available && volumeState != VolumeState.InUse) {
                String reason = root.getStatus() == null
                        ? ""
                        : Conditions.reason(root.getStatus().conditions(), "Ready");
                boolean quiet = reason.isEmpty() || reason.equals("Filling");
                return done(
                        quiet
                                ? status.pending(Reason.Launching, StatusBuilder.LAUNCHING)
                                : status.pending(
                                        Reason.VolumeNotReady,
                                        "The root volume is not ready: " + reason + ". See the Volume "
                                                + root.getMetadata().getName()),
                        null);
            }
            boolean lost = observed.status() != null && observed.status().instanceType() != null;
            render(
                    root,
                    Machine.Shape.of(
                            java.util.Objects.requireNonNull(observed.type()).getSpec()),
                    VirtualMachine.RERUN_ON_FAILURE);
            return done(
                    lost
                            ? status.pending(Reason.VmLost, "The VM was gone; it is made again from its disk")
                            : status.pending(Reason.Launching, StatusBuilder.LAUNCHING),
                    null);
        }

        private InstanceDecision operate(Volume root, VirtualMachine vm) {
            VirtualMachineInstance vmi = observed.vmi();
            if (vm.getMetadata().getDeletionTimestamp() != null) {
                return done(
                        status.pending(
                                Reason.VmLost, "The VM is being deleted by somebody else, and is made again then"),
                        null);
            }
            if (observed.ordered() == PowerState.Running && endedByGuest()) {
                return obeyGuest();
            }
            Power power = Power.of(observed, now);
            Resize resize = Resize.of(observed, vm);
            render(root, resize.shape(), power.runStrategy());
            boolean halted = vm.getSpec().runStrategy().equals(VirtualMachine.HALTED);
            if (observed.ordered() == PowerState.Stopped
                    && halted
                    && instance.getSpec().isForceStop()
                    && vmi != null
                    && !vmi.hasEnded()) {
                actions.add(new Action.CutPower());
            }
            status.crashes(power.crashes()).restartRequired(resize.restartReason());
            rebootIfAsked(vmi);
            return done(status.of(power), status.recheck(power));
        }

        private boolean endedByGuest() {
            return observed.end() == Observed.End.BY_GUEST && observed.isOffAfterCleanEnd();
        }

        /** What the guest did becomes the order: so everybody sees why, and nothing starts it again. */
        private InstanceDecision obeyGuest() {
            boolean terminate = instance.getSpec().shutdownBehaviorOrDefault() == ShutdownBehavior.Terminate;
            return new InstanceDecision(
                    List.copyOf(actions),
                    status.endedByGuest(),
                    terminate ? PowerState.Terminated : PowerState.Stopped,
                    null,
                    false);
        }

        private void rebootIfAsked(@Nullable VirtualMachineInstance vmi) {
            String asked = instance.getSpec().rebootRequestedAt();
            String done = observed.status() == null ? null : observed.status().rebootedAt();
            if (asked == null || asked.equals(done)) {
                return;
            }
            if (vmi != null && vmi.phase().equals("Running") && !vmi.isBeingDeleted()) {
                actions.add(new Action.Reboot());
            }
            // One that is not running boots anyway.
            status.rebootedAt(asked);
        }

        private void render(Volume root, Machine.Shape shape, String runStrategy) {
            VirtualMachine vm = observed.vm();
            Machine.Rendered rendered =
                    Machine.render(instance, AwsId.VOLUME.of(root), shape, observed.keyPair(), runStrategy);
            VirtualMachine wanted = rendered.vm();
            if (vm != null && observed.keyPair() == null) {
                // The KeyPair may be deleted once it is installed.
                wanted = Machine.withCredentialsOf(wanted, vm);
            }
            if (vm != null && Machine.isAsRendered(vm, wanted)) {
                return;
            }
            rendered.secrets().stream()
                    .filter(secret -> vm == null || !Machine.names(vm, secret))
                    .forEach(secret -> actions.add(new Action.CreateSecret(secret)));
            actions.add(new Action.ApplyVm(wanted));
        }

        private InstanceDecision done(InstanceStatus next, @Nullable Duration recheck) {
            return new InstanceDecision(List.copyOf(actions), next, null, recheck, false);
        }
    }
}
