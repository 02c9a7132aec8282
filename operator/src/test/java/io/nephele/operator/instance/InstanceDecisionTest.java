package io.nephele.operator.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.crds.image.Image;
import io.nephele.crds.image.ImageSource;
import io.nephele.crds.image.ImageSpec;
import io.nephele.crds.image.ImageState;
import io.nephele.crds.image.ImageStatus;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceSpec;
import io.nephele.crds.instance.InstanceState;
import io.nephele.crds.instance.InstanceStatus;
import io.nephele.crds.instance.PowerState;
import io.nephele.crds.instance.ShutdownBehavior;
import io.nephele.crds.instancetype.InstanceType;
import io.nephele.crds.instancetype.InstanceTypeSpec;
import io.nephele.crds.volume.Volume;
import io.nephele.crds.volume.VolumeSpec;
import io.nephele.crds.volume.VolumeState;
import io.nephele.crds.volume.VolumeStatus;
import io.nephele.foreign.kubevirt.VirtualMachine;
import io.nephele.foreign.kubevirt.VirtualMachineInstance;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class InstanceDecisionTest {

    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final String CREATED = "2026-01-31T11:59:59Z";

    private final Instance instance = instance(PowerState.Running, null);
    private Volume volume = volume(VolumeState.InUse);
    private Image image = image(ImageState.Available);
    private InstanceType type = type("m1.small", 1, "2Gi");
    private VirtualMachine vm;
    private VirtualMachineInstance vmi;
    private Observed.End end = Observed.End.NOT_LOOKED_UP;

    @Test
    void theFirstThingIsADisk() {
        volume = null;
        InstanceDecision decision = decide();
        assertThat(decision.actions()).singleElement().isInstanceOfSatisfying(Action.CreateVolume.class, create -> {
            assertThat(create.volume().getSpec().size()).isEqualTo("3Gi");
            assertThat(create.volume().getMetadata().getName()).isEqualTo(Observed.rootVolumeName(instance));
        });
        assertThat(decision.status().state()).isEqualTo(InstanceState.Pending);
        assertThat(decision.status().rootVolume()).isEqualTo(Observed.rootVolumeName(instance));
    }

    @Test
    void aDiskThatWasThereOnceIsNeverMadeAgain() {
        volume = null;
        instance.setStatus(status(InstanceState.Stopped, "vol-0"));
        InstanceDecision decision = decide();
        assertThat(decision.actions()).isEmpty();
        assertThat(reason(decision)).isEqualTo("RootVolumeMissing");
    }

    @Test
    void whatIsMissingIsSaid() {
        volume = null;
        image = null;
        assertThat(reason(decide())).isEqualTo("ImageNotFound");
        image = image(ImageState.Available);
        type = null;
        assertThat(reason(decide())).isEqualTo("InstanceTypeNotFound");
    }

    @Test
    void theVmWaitsForItsDisk() {
        volume = volume(VolumeState.Creating);
        assertThat(decide().actions()).isEmpty();
        volume = volume(VolumeState.InUse);
        assertThat(decide().actions()).hasSize(2);
        assertThat(decide().actions().getLast()).isInstanceOf(Action.ApplyVm.class);
    }

    @Test
    void aVmAsItShouldBeIsLeftAloneAndReportedOnce() {
        vm = vm(VirtualMachine.RERUN_ON_FAILURE, VirtualMachine.RERUN_ON_FAILURE);
        vmi = vmi("Running");
        InstanceDecision first = decide();
        assertThat(first.actions()).isEmpty();
        assertThat(first.status().state()).isEqualTo(InstanceState.Running);
        instance.setStatus(first.status());
        assertThat(decide().status()).isEqualTo(first.status());
        assertThat(decide().recheck()).isNull();
    }

    @Test
    void anIpv6AddressThatTheGuestHasBeforeAnyOtherIsNotTakenForItsPrivateAddress() {
        vm = vm(VirtualMachine.RERUN_ON_FAILURE, VirtualMachine.RERUN_ON_FAILURE);
        vmi = vmiWithAddress("fe80::4e:eff:fe33:ac67");
        assertThat(decide().status().privateIp()).isNull();
        vmi = vmiWithAddress("10.244.21.104");
        instance.setStatus(decide().status());
        assertThat(instance.getStatus().privateIp()).isEqualTo("10.244.21.104");
        vmi = vmiWithAddress("fe80::4e:eff:fe33:ac67");
        assertThat(decide().status().privateIp()).isEqualTo("10.244.21.104");
    }

    @Test
    void stoppedIsOnlyReportedWhenTheVmiIsGone() {
        order(PowerState.Stopped, null);
        vm = vm(VirtualMachine.HALTED, VirtualMachine.HALTED);
        vmi = vmi("Succeeded");
        assertThat(decide().status().state()).isEqualTo(InstanceState.Stopping);
        vmi = null;
        assertThat(decide().status().state()).isEqualTo(InstanceState.Stopped);
    }

    @Test
    void aStartWaitsUntilTheStopHasBeenSeenAndTheOldRunIsGone() {
        vm = vm(VirtualMachine.HALTED, VirtualMachine.RERUN_ON_FAILURE);
        assertThat(decide().actions()).isEmpty();
        vm = vm(VirtualMachine.HALTED, VirtualMachine.HALTED);
        vmi = vmi("Succeeded");
        assertThat(decide().actions()).isEmpty();
        vmi = null;
        assertThat(decide().actions())
                .singleElement()
                .isInstanceOfSatisfying(
                        Action.ApplyVm.class,
                        apply -> assertThat(apply.vm().getSpec().runStrategy())
                                .isEqualTo(VirtualMachine.RERUN_ON_FAILURE));
    }

    @Test
    void aShutdownFromInsideBecomesTheOrder() {
        vm = vm(VirtualMachine.RERUN_ON_FAILURE, VirtualMachine.RERUN_ON_FAILURE);
        end = Observed.End.BY_GUEST;
        InstanceDecision decision = decide();
        assertThat(decision.order()).isEqualTo(PowerState.Stopped);
        assertThat(decision.status().stateReason()).isEqualTo(StatusBuilder.BY_GUEST);

        instance.setStatus(decision.status());
        order(PowerState.Stopped, null);
        assertThat(decide().order()).isNull();
        assertThat(decide().status().stateReason()).isEqualTo(StatusBuilder.BY_GUEST);

        order(PowerState.Running, ShutdownBehavior.Terminate);
        assertThat(decide().order()).isEqualTo(PowerState.Terminated);
    }

    @Test
    void anEvictionIsStartedAgainThroughHalted() {
        vm = vm(VirtualMachine.RERUN_ON_FAILURE, VirtualMachine.RERUN_ON_FAILURE);
        end = Observed.End.FROM_OUTSIDE;
        assertThat(decide().actions())
                .singleElement()
                .isInstanceOfSatisfying(
                        Action.ApplyVm.class,
                        apply -> assertThat(apply.vm().getSpec().runStrategy()).isEqualTo(VirtualMachine.HALTED));
    }

    @Test
    void theFourthCrashInARowIsHeldBack() {
        vm = vm(VirtualMachine.RERUN_ON_FAILURE, VirtualMachine.RERUN_ON_FAILURE);
        vmi = vmi("Failed");
        instance.setStatus(crashed(2));
        assertThat(decide().actions()).isEmpty();
        assertThat(decide().status().crashes())
                .extracting(InstanceStatus.Crashes::count)
                .isEqualTo(3);
        instance.setStatus(crashed(3));
        InstanceDecision fourth = decide();
        assertThat(fourth.actions()).singleElement().isInstanceOf(Action.ApplyVm.class);
        assertThat(reason(fourth)).isEqualTo("CrashLoop");
        assertThat(fourth.recheck()).isGreaterThan(Duration.ofSeconds(9));
    }

    @Test
    void aTypeThatNeedsARestartWaitsForOne() {
        vm = vm(VirtualMachine.RERUN_ON_FAILURE, VirtualMachine.RERUN_ON_FAILURE);
        vmi = vmi("Running");
        type = type("m1.large", 4, "8Gi");
        InstanceDecision decision = decide();
        assertThat(decision.actions()).isEmpty();
        assertThat(decision.status().conditions()).anyMatch(c -> c.getType().equals("RestartRequired"));
        vmi = migratable(vmi);
        InstanceDecision resize = decide();
        assertThat(resize.status().instanceType())
                .as("until the migration that brings it is over")
                .isNotEqualTo("m1.large");
        assertThat(resize.status().conditions()).anyMatch(c -> c.getType().equals("Resizing"));
        assertThat(resize.actions())
                .singleElement()
                .isInstanceOfSatisfying(
                        Action.ApplyVm.class,
                        apply -> assertThat(apply.vm()
                                        .getSpec()
                                        .template()
                                        .spec()
                                        .domain()
                                        .cpu()
                                        .sockets())
                                .isEqualTo(4));
    }

    @Test
    void aForcedStopCutsThePowerOnlyAfterHaltedWasWritten() {
        instance.setSpec(spec(PowerState.Stopped, null, true));
        vm = vm(VirtualMachine.RERUN_ON_FAILURE, VirtualMachine.RERUN_ON_FAILURE);
        vmi = vmi("Running");
        assertThat(decide().actions()).singleElement().isInstanceOf(Action.ApplyVm.class);
        vm = vm(VirtualMachine.HALTED, VirtualMachine.RERUN_ON_FAILURE);
        assertThat(decide().actions()).containsExactly(new Action.CutPower());
    }

    @Test
    void terminationTakesTheVmThenTheDiskThenWaitsAnHour() {
        order(PowerState.Terminated, null);
        vm = vm(VirtualMachine.RERUN_ON_FAILURE, VirtualMachine.RERUN_ON_FAILURE);
        vmi = vmi("Running");
        assertThat(decide().actions()).containsExactly(new Action.DeleteVm());
        vm = null;
        assertThat(decide().actions()).isEmpty();
        vmi = null;
        assertThat(decide().actions()).containsExactly(new Action.DeleteVolume(volume));
        assertThat(decide().status().state()).isEqualTo(InstanceState.ShuttingDown);
        volume = null;
        InstanceDecision gone = decide();
        assertThat(gone.status().state()).isEqualTo(InstanceState.Terminated);
        assertThat(gone.recheck()).isGreaterThan(Duration.ofMinutes(59));
        instance.setStatus(gone.status());
        assertThat(InstanceDecision.of(observed(), Duration.ofHours(1), NOW.plus(Duration.ofHours(1)))
                        .actions())
                .containsExactly(new Action.DeleteInstance());
    }

    @Test
    void aDeletedInstanceIsReleasedWhenNothingIsLeft() {
        instance.getMetadata().setDeletionTimestamp(CREATED);
        vm = vm(VirtualMachine.RERUN_ON_FAILURE, VirtualMachine.RERUN_ON_FAILURE);
        assertThat(decide().released()).isFalse();
        vm = null;
        volume = null;
        assertThat(decide().released()).isTrue();
    }

    private InstanceDecision decide() {
        return InstanceDecision.of(observed(), Duration.ofHours(1), NOW);
    }

    private Observed observed() {
        return new Observed(instance, volume, image, type, null, vm, vmi, end);
    }

    private static String reason(InstanceDecision decision) {
        return decision.status().conditions().getFirst().getReason();
    }

    private void order(PowerState state, ShutdownBehavior behavior) {
        instance.setSpec(spec(state, behavior, null));
    }

    private static InstanceSpec spec(PowerState state, ShutdownBehavior behavior, Boolean force) {
        return new InstanceSpec("m1.small", "debian", null, state, force, null, null, null, null, null, behavior, null);
    }

    private static Instance instance(PowerState state, ShutdownBehavior behavior) {
        var instance = new Instance();
        instance.setMetadata(new ObjectMetaBuilder()
                .withName("web")
                .withNamespace("demo")
                .withUid("0a977cee-f1a9-4144-adb2-781c7bed5a94")
                .withGeneration(1L)
                .withCreationTimestamp(CREATED)
                .build());
        instance.setSpec(spec(state, behavior, null));
        return instance;
    }

    private static InstanceStatus status(InstanceState state, String rootVolume) {
        return new InstanceStatus(
                null, state, null, CREATED, null, null, rootVolume, null, null, null, null, null, null, null);
    }

    private static InstanceStatus crashed(int count) {
        return new InstanceStatus(
                null,
                InstanceState.Running,
                null,
                CREATED,
                "m1.small",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                new InstanceStatus.Crashes(count, "2026-01-31T11:59:50Z", "another"),
                null);
    }

    private Volume volume(VolumeState state) {
        var root = new Volume();
        root.setMetadata(new ObjectMetaBuilder()
                .withName(Observed.rootVolumeName(instance))
                .withNamespace("demo")
                .withUid("v")
                .build());
        root.setSpec(new VolumeSpec("3Gi", null, null, new VolumeSpec.Attachment("web", "/dev/vda", true), null));
        root.setStatus(new VolumeStatus(null, state, "3Gi", null, null));
        return root;
    }

    private static Image image(ImageState state) {
        var image = new Image();
        image.setMetadata(new ObjectMetaBuilder()
                .withName("debian")
                .withNamespace("images")
                .withUid("i")
                .build());
        image.setSpec(new ImageSpec(
                new ImageSource(new ImageSource.Http("http://x/y", null), null), "3Gi", null, null, null, null, null));
        image.setStatus(new ImageStatus(null, state, null, null));
        return image;
    }

    private static InstanceType type(String name, int vcpus, String memory) {
        var type = new InstanceType();
        type.setMetadata(new ObjectMetaBuilder().withName(name).build());
        type.setSpec(new InstanceTypeSpec(vcpus, memory, null, true));
        return type;
    }

    private VirtualMachine vm(String runStrategy, String seen) {
        VirtualMachine rendered = Machine.render(
                        instance,
                        Observed.rootVolumeName(instance),
                        Machine.Shape.of(new InstanceTypeSpec(1, "2Gi", null, true)),
                        null,
                        runStrategy)
                .vm();
        rendered.setStatus(new VirtualMachine.Status(null, "Running", seen, null, null, null));
        return rendered;
    }

    private VirtualMachineInstance vmiWithAddress(String address) {
        return vmi("Running", new VirtualMachineInstance.NetworkInterface(address, "02:4e:0e:33:ac:67"));
    }

    private VirtualMachineInstance vmi(String phase, VirtualMachineInstance.NetworkInterface... interfaces) {
        var run = new VirtualMachineInstance();
        run.setMetadata(new ObjectMetaBuilder()
                .withName("i")
                .withNamespace("demo")
                .withUid("run")
                .build());
        VirtualMachineInstance.Spec template =
                vm == null ? null : vm.getSpec().template().spec();
        run.setSpec(template);
        run.setStatus(new VirtualMachineInstance.Status(
                phase,
                "node-1",
                null,
                List.of(new VirtualMachineInstance.PhaseTransition("Running")),
                List.of(interfaces),
                null,
                null,
                List.of()));
        return run;
    }

    /** One that KubeVirt could give four times as much. */
    private static VirtualMachineInstance migratable(VirtualMachineInstance before) {
        VirtualMachineInstance.Spec s = before.getSpec();
        VirtualMachineInstance.Domain d = s.domain();
        before.setSpec(new VirtualMachineInstance.Spec(
                s.architecture(),
                s.evictionStrategy(),
                s.terminationGracePeriodSeconds(),
                s.hostname(),
                new VirtualMachineInstance.Domain(
                        d.machine(),
                        new VirtualMachineInstance.Cpu(null, 1, 1, 1, 4),
                        new VirtualMachineInstance.Memory("2Gi", "8Gi"),
                        d.firmware(),
                        d.devices()),
                s.networks(),
                s.accessCredentials(),
                s.volumes()));
        before.setStatus(new VirtualMachineInstance.Status(
                "Running",
                "node-1",
                null,
                List.of(),
                List.of(),
                new VirtualMachineInstance.Topology(1),
                new VirtualMachineInstance.GuestMemory("2Gi"),
                List.of(new ConditionBuilder()
                        .withType("LiveMigratable")
                        .withStatus("True")
                        .build())));
        return before;
    }
}
