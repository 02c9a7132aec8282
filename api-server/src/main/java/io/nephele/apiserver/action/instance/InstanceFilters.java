package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Filters;
import io.nephele.apiserver.protocol.Timestamps;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceBlockDeviceMapping;

/** The filters of DescribeInstances: the names that AWS documents for it, all of them. */
final class InstanceFilters {

    /**
     * An Instance in its reservation, as it is listed.
     *
     * @param reservation its id
     * @param owner the account
     */
    record Listed(String reservation, String owner, Instance instance) {}

    static final Filters<Listed> FILTERS = new Filters<Listed>()
            .on("reservation-id", Listed::reservation)
            .on("owner-id", Listed::owner)
            .on("instance-id", of(Instance::instanceId))
            .on("instance-state-name", of(i -> i.state().nameAsString()))
            .onValue("instance-state-code", of(i -> i.state().code()))
            .on("instance-type", of(Instance::instanceTypeAsString))
            .on("image-id", of(Instance::imageId))
            .on("key-name", of(Instance::keyName))
            .on("architecture", of(Instance::architectureAsString))
            .on("availability-zone", of(i -> i.placement().availabilityZone()))
            .on("availability-zone-id", of(i -> i.placement().availabilityZoneId()))
            .on("tenancy", of(i -> i.placement().tenancyAsString()))
            .on("private-ip-address", of(Instance::privateIpAddress))
            .on("private-dns-name", of(Instance::privateDnsName))
            .on("dns-name", of(Instance::publicDnsName))
            .onValue("launch-index", of(Instance::amiLaunchIndex))
            .onTime("launch-time", of(Instance::launchTime))
            .on("root-device-name", of(Instance::rootDeviceName))
            .on("root-device-type", of(Instance::rootDeviceTypeAsString))
            .on("virtualization-type", of(Instance::virtualizationTypeAsString))
            .on("hypervisor", of(Instance::hypervisorAsString))
            .on("client-token", of(Instance::clientToken))
            .on("reason", of(Instance::stateTransitionReason))
            .on(
                    "state-reason-code",
                    of(i -> i.stateReason() == null ? null : i.stateReason().code()))
            .on(
                    "state-reason-message",
                    of(i -> i.stateReason() == null ? null : i.stateReason().message()))
            .on("monitoring-state", of(i -> i.monitoring().stateAsString()))
            .on("platform-details", of(Instance::platformDetails))
            .on("usage-operation", of(Instance::usageOperation))
            .onTime("usage-operation-update-time", of(Instance::usageOperationUpdateTime))
            .onValue("ebs-optimized", of(Instance::ebsOptimized))
            .onValue("ena-support", of(Instance::enaSupport))
            .onValue("source-dest-check", of(Instance::sourceDestCheck))
            .onValue("enclave-options.enabled", of(i -> i.enclaveOptions().enabled()))
            .onValue(
                    "hibernation-options.configured",
                    of(i -> i.hibernationOptions().configured()))
            .on(
                    "maintenance-options.auto-recovery",
                    of(i -> i.maintenanceOptions().autoRecoveryAsString()))
            .on("metadata-options.state", of(i -> i.metadataOptions().stateAsString()))
            .on("metadata-options.http-endpoint", of(i -> i.metadataOptions().httpEndpointAsString()))
            .on(
                    "metadata-options.http-protocol-ipv4",
                    of(i -> i.metadataOptions().httpEndpointAsString()))
            .on(
                    "metadata-options.http-protocol-ipv6",
                    of(i -> i.metadataOptions().httpProtocolIpv6AsString()))
            .onValue(
                    "metadata-options.http-put-response-hop-limit",
                    of(i -> i.metadataOptions().httpPutResponseHopLimit()))
            .on("metadata-options.http-tokens", of(i -> i.metadataOptions().httpTokensAsString()))
            .on(
                    "metadata-options.instance-metadata-tags",
                    of(i -> i.metadataOptions().instanceMetadataTagsAsString()))
            .on(
                    "capacity-reservation-specification.capacity-reservation-preference",
                    of(i -> i.capacityReservationSpecification().capacityReservationPreferenceAsString()))
            .onAny("block-device-mapping.volume-id", devices(m -> m.ebs().volumeId()))
            .onAny("block-device-mapping.device-name", devices(InstanceBlockDeviceMapping::deviceName))
            .onAny("block-device-mapping.status", devices(m -> m.ebs().statusAsString()))
            .onAny(
                    "block-device-mapping.delete-on-termination",
                    devices(m -> String.valueOf(m.ebs().deleteOnTermination())))
            .onAny(
                    "block-device-mapping.attach-time",
                    devices(m -> Timestamps.text(m.ebs().attachTime())))
            .onTags(listed -> listed.instance().tags())
            .onNothing(
                    "affinity",
                    "boot-mode",
                    "capacity-reservation-id",
                    "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id",
                    "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn",
                    "current-instance-boot-mode",
                    "group-id",
                    "group-name",
                    "host-id",
                    "iam-instance-profile.arn",
                    "iam-instance-profile.id",
                    "iam-instance-profile.name",
                    "instance-lifecycle",
                    "instance.group-id",
                    "instance.group-name",
                    "ip-address",
                    "ipv6-address",
                    "kernel-id",
                    "network-performance-options.bandwidth-weighting",
                    "operator.managed",
                    "operator.principal",
                    "outpost-arn",
                    "placement-group-name",
                    "placement-partition-number",
                    "platform",
                    "private-dns-name-options.enable-resource-name-dns-a-record",
                    "private-dns-name-options.enable-resource-name-dns-aaaa-record",
                    "private-dns-name-options.hostname-type",
                    "product-code",
                    "product-code.type",
                    "ramdisk-id",
                    "requester-id",
                    "spot-instance-request-id",
                    "subnet-id",
                    "tpm-support",
                    "vpc-id")
            .onNothing(networkInterfaces());

    private InstanceFilters() {}

    private static <R> Function<Listed, R> of(Function<Instance, R> member) {
        return listed -> member.apply(listed.instance());
    }

    private static Function<Listed, Collection<String>> devices(Function<InstanceBlockDeviceMapping, String> member) {
        return listed ->
                listed.instance().blockDeviceMappings().stream().map(member).toList();
    }

    /** What AWS documents of {@code network-interface.*}: there are no network interfaces in this cloud yet. */
    private static String[] networkInterfaces() {
        String addresses = "addresses.primary addresses.private-dns-name addresses.private-ip-address";
        String attachment = "attachment.attach-time attachment.attachment-id attachment.delete-on-termination"
                + " attachment.device-index attachment.instance-id attachment.instance-owner-id"
                + " attachment.network-card-index attachment.status";
        String itself = "availability-zone deny-all-igw-traffic description group-id group-name"
                + " ipv4-prefixes.ipv4-prefix ipv6-address ipv6-addresses.ipv6-address ipv6-addresses.is-primary-ipv6"
                + " ipv6-native ipv6-prefixes.ipv6-prefix mac-address network-interface-id operator.managed"
                + " operator.principal outpost-arn owner-id private-dns-name private-ip-address public-dns-name"
                + " requester-id requester-managed source-dest-check status subnet-id tag-key tag-value vpc-id";
        var names = new ArrayList<>(List.of((addresses + " " + attachment + " " + itself).split(" ")));
        for (String member : List.of(
                "allocation-id",
                "association-id",
                "carrier-ip",
                "customer-owned-ip",
                "ip-owner-id",
                "public-dns-name",
                "public-ip")) {
            names.add("association." + member);
            names.add("addresses.association." + member);
        }
        return names.stream().map(name -> "network-interface." + name).toArray(String[]::new);
    }
}
