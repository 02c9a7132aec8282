package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Tagging;
import io.nephele.crds.AwsId;
import io.nephele.crds.Nephele;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceState;
import io.nephele.crds.instance.InstanceStatus;
import io.nephele.crds.keypair.KeyPair;
import io.nephele.crds.volume.Volume;
import io.nephele.crds.volume.VolumeSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.InstanceBlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.InstanceStateChange;

/** An Instance as AWS shows it. */
final class InstanceView {

    static final String ROOT_DEVICE = "/dev/vda";

    private static final DateTimeFormatter REASON_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'GMT'").withZone(ZoneOffset.UTC);

    private InstanceView() {}

    static software.amazon.awssdk.services.ec2.model.Instance of(Call call, Instance instance) {
        InstanceState state = InstanceState.shown(instance);
        InstanceStatus status = instance.getStatus();
        var view = software.amazon.awssdk.services.ec2.model.Instance.builder()
                .instanceId(AwsId.INSTANCE.of(instance))
                .imageId(
                        status == null || status.imageId() == null
                                ? instance.getSpec().image()
                                : status.imageId())
                .state(s -> s.code(state.code()).name(state.awsName()))
                .instanceType(type(instance))
                .keyName(keyName(call, instance))
                .amiLaunchIndex(launchIndex(instance))
                .clientToken(annotation(instance, Nephele.ANNOTATION_CLIENT_TOKEN))
                .launchTime(launchTime(instance))
                .placement(p -> p.availabilityZone(call.defaultZone())
                        .availabilityZoneId(call.zoneId(call.defaultZone()))
                        .tenancy("default")
                        .groupName(""))
                .monitoring(m -> m.state("disabled"))
                .architecture("x86_64")
                .rootDeviceName(ROOT_DEVICE)
                .rootDeviceType("ebs")
                .virtualizationType("hvm")
                .hypervisor("xen")
                .ebsOptimized(false)
                .enaSupport(false)
                .sourceDestCheck(true)
                .platformDetails("Linux/UNIX")
                .usageOperation("RunInstances")
                .usageOperationUpdateTime(Instant.parse(instance.getMetadata().getCreationTimestamp()))
                .stateTransitionReason(transitionReason(instance, state))
                .blockDeviceMappings(blockDevices(call, instance))
                .networkInterfaces(List.of())
                .securityGroups(List.of())
                .productCodes(List.of())
                .tags(Tagging.list(instance.getSpec().tagsOrEmpty()))
                .metadataOptions(m -> m.state("applied")
                        .httpTokens("optional")
                        .httpEndpoint("enabled")
                        .httpProtocolIpv6("disabled")
                        .httpPutResponseHopLimit(1)
                        .instanceMetadataTags("disabled"))
                .capacityReservationSpecification(c -> c.capacityReservationPreference("open"))
                .maintenanceOptions(m -> m.autoRecovery("default"))
                .enclaveOptions(e -> e.enabled(false))
                .hibernationOptions(h -> h.configured(false))
                .cpuOptions(c -> c.coreCount(vcpus(call, instance)).threadsPerCore(1));
        if (status != null && status.privateIp() != null) {
            view.privateIpAddress(status.privateIp())
                    .privateDnsName("ip-" + status.privateIp().replace('.', '-') + ".internal");
        } else {
            view.privateDnsName("");
        }
        view.publicDnsName("");
        InstanceStatus.StateReason reason = status == null || state != status.state() ? null : status.stateReason();
        if (reason != null) {
            view.stateReason(r -> r.code(reason.code()).message(reason.message()));
        }
        return view.build();
    }

    private static String type(Instance instance) {
        InstanceStatus status = instance.getStatus();
        String running = status == null || status.state() != InstanceState.Running ? null : status.instanceType();
        return running == null ? instance.getSpec().instanceType() : running;
    }

    private static int vcpus(Call call, Instance instance) {
        var type = call.cluster().type(type(instance));
        return type == null ? 1 : type.getSpec().vcpus();
    }

    private static @Nullable String keyName(Call call, Instance instance) {
        String name = instance.getSpec().keyPair();
        KeyPair keyPair = name == null ? null : call.cluster().keyPair(call.project(), name);
        return keyPair == null || keyPair.getSpec().keyName() == null
                ? name
                : keyPair.getSpec().keyName();
    }

    static Instant launchTime(Instance instance) {
        InstanceStatus status = instance.getStatus();
        return Instant.parse(
                status == null || status.launchTime() == null
                        ? instance.getMetadata().getCreationTimestamp()
                        : status.launchTime());
    }

    private static String transitionReason(Instance instance, InstanceState state) {
        InstanceStatus status = instance.getStatus();
        boolean ended = state == InstanceState.Stopped || state == InstanceState.Terminated;
        InstanceStatus.StateReason reason = status == null ? null : status.stateReason();
        String time = status == null ? null : status.stateTransitionTime();
        if (!ended || reason == null || time == null) {
            return "";
        }
        return reason.code().equals("Client.UserInitiatedShutdown")
                ? "User initiated (" + REASON_TIME.format(Instant.parse(time)) + ")"
                : reason.message();
    }

    /** Attached from the moment of the order: the volume may still be on its way. */
    static List<InstanceBlockDeviceMapping> blockDevices(Call call, Instance instance) {
        if (InstanceState.shown(instance) == InstanceState.Terminated) {
            return List.of();
        }
        return call.cluster().volumesOf(instance).stream()
                .map(volume -> blockDevice(instance, volume))
                .toList();
    }

    private static InstanceBlockDeviceMapping blockDevice(Instance instance, Volume volume) {
        VolumeSpec.Attachment attachment =
                java.util.Objects.requireNonNull(volume.getSpec().attachment());
        return InstanceBlockDeviceMapping.builder()
                .deviceName(attachment.device())
                .ebs(ebs -> ebs.volumeId(AwsId.VOLUME.of(volume))
                        .status("attached")
                        .attachTime(Instant.parse(instance.getMetadata().getCreationTimestamp()))
                        .deleteOnTermination(attachment.isDeleteOnTermination()))
                .build();
    }

    static String reservation(Instance instance) {
        String given = annotation(instance, Nephele.ANNOTATION_RESERVATION);
        return given == null ? AwsId.RESERVATION.derive(instance.getMetadata().getUid()) : given;
    }

    static int launchIndex(Instance instance) {
        String given = annotation(instance, Nephele.ANNOTATION_LAUNCH_INDEX);
        return given == null || !given.matches("\\d{1,6}") ? 0 : Integer.parseInt(given);
    }

    static @Nullable String annotation(Instance instance, String name) {
        Map<String, String> annotations = instance.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(name);
    }

    /** What Start, Stop and Terminate answer. */
    static InstanceStateChange change(Instance before, InstanceState after) {
        InstanceState previous = InstanceState.shown(before);
        return InstanceStateChange.builder()
                .instanceId(AwsId.INSTANCE.of(before))
                .previousState(s -> s.code(previous.code()).name(previous.awsName()))
                .currentState(s -> s.code(after.code()).name(after.awsName()))
                .build();
    }
}
