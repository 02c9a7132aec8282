package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Filters;
import io.nephele.apiserver.action.Page;
import io.nephele.crds.instancetype.InstanceType;
import jakarta.inject.Singleton;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesResponse;
import software.amazon.awssdk.services.ec2.model.InstanceTypeInfo;

/** All sizes; those that cannot be ordered any more are not of the current generation, but whoever has one can still look it up. */
@Singleton
class DescribeInstanceTypes implements Action<DescribeInstanceTypesRequest, DescribeInstanceTypesResponse> {

    private static final Filters<InstanceTypeInfo> FILTERS = new Filters<InstanceTypeInfo>()
            .on("instance-type", InstanceTypeInfo::instanceTypeAsString)
            .onValue("vcpu-info.default-vcpus", type -> type.vCpuInfo().defaultVCpus())
            .onValue("vcpu-info.default-cores", type -> type.vCpuInfo().defaultCores())
            .onValue(
                    "vcpu-info.default-threads-per-core",
                    type -> type.vCpuInfo().defaultThreadsPerCore())
            .onAny(
                    "vcpu-info.valid-cores",
                    type -> type.vCpuInfo().validCores().stream()
                            .map(String::valueOf)
                            .toList())
            .onAny(
                    "vcpu-info.valid-threads-per-core",
                    type -> type.vCpuInfo().validThreadsPerCore().stream()
                            .map(String::valueOf)
                            .toList())
            .onValue("memory-info.size-in-mib", type -> type.memoryInfo().sizeInMiB())
            .onValue("auto-recovery-supported", InstanceTypeInfo::autoRecoverySupported)
            .onValue("bare-metal", InstanceTypeInfo::bareMetal)
            .onValue("current-generation", InstanceTypeInfo::currentGeneration)
            .onValue("burstable-performance-supported", InstanceTypeInfo::burstablePerformanceSupported)
            .onValue("dedicated-hosts-supported", InstanceTypeInfo::dedicatedHostsSupported)
            .onValue("free-tier-eligible", InstanceTypeInfo::freeTierEligible)
            .onValue("hibernation-supported", InstanceTypeInfo::hibernationSupported)
            .onValue("instance-storage-supported", InstanceTypeInfo::instanceStorageSupported)
            .on("hypervisor", InstanceTypeInfo::hypervisorAsString)
            .on("nitro-enclaves-support", InstanceTypeInfo::nitroEnclavesSupportAsString)
            .on("nitro-tpm-support", InstanceTypeInfo::nitroTpmSupportAsString)
            .on("ebs-info.ebs-optimized-support", type -> type.ebsInfo().ebsOptimizedSupportAsString())
            .on("ebs-info.encryption-support", type -> type.ebsInfo().encryptionSupportAsString())
            .on("ebs-info.nvme-support", type -> type.ebsInfo().nvmeSupportAsString())
            .onValue("network-info.efa-supported", type -> type.networkInfo().efaSupported())
            .on("network-info.ena-support", type -> type.networkInfo().enaSupportAsString())
            .onValue(
                    "network-info.encryption-in-transit-supported",
                    type -> type.networkInfo().encryptionInTransitSupported())
            .onValue(
                    "network-info.ipv4-addresses-per-interface",
                    type -> type.networkInfo().ipv4AddressesPerInterface())
            .onValue(
                    "network-info.ipv6-addresses-per-interface",
                    type -> type.networkInfo().ipv6AddressesPerInterface())
            .onValue("network-info.ipv6-supported", type -> type.networkInfo().ipv6Supported())
            .onValue(
                    "network-info.maximum-network-cards",
                    type -> type.networkInfo().maximumNetworkCards())
            .onValue(
                    "network-info.maximum-network-interfaces",
                    type -> type.networkInfo().maximumNetworkInterfaces())
            .on("network-info.network-performance", type -> type.networkInfo().networkPerformance())
            .onAny(
                    "processor-info.supported-architecture",
                    type -> type.processorInfo().supportedArchitecturesAsStrings())
            .onAny("supported-boot-mode", InstanceTypeInfo::supportedBootModesAsStrings)
            .onAny("supported-root-device-type", InstanceTypeInfo::supportedRootDeviceTypesAsStrings)
            .onAny("supported-virtualization-type", InstanceTypeInfo::supportedVirtualizationTypesAsStrings)
            .onAny("supported-usage-class", InstanceTypeInfo::supportedUsageClassesAsStrings)
            .onNothing(
                    "ebs-info.attachment-limit-type",
                    "ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps",
                    "ebs-info.ebs-optimized-info.baseline-iops",
                    "ebs-info.ebs-optimized-info.baseline-throughput-in-mbps",
                    "ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps",
                    "ebs-info.ebs-optimized-info.maximum-iops",
                    "ebs-info.ebs-optimized-info.maximum-throughput-in-mbps",
                    "ebs-info.maximum-ebs-attachments",
                    "instance-storage-info.disk.count",
                    "instance-storage-info.disk.size-in-gb",
                    "instance-storage-info.disk.type",
                    "instance-storage-info.encryption-support",
                    "instance-storage-info.nvme-support",
                    "instance-storage-info.total-size-in-gb",
                    "network-info.bandwidth-weightings",
                    "network-info.efa-info.maximum-efa-interfaces",
                    "network-info.flexible-ena-queues-support",
                    "nitro-tpm-info.supported-versions",
                    "processor-info.supported-features",
                    "processor-info.sustained-clock-speed-in-ghz",
                    "reboot-migration-support");

    @Override
    public DescribeInstanceTypesResponse call(DescribeInstanceTypesRequest request, Call call) {
        var asked = request.instanceTypesAsStrings();
        var bounds = new Page.Bounds(request.maxResults(), request.nextToken(), 5, 100).notWith(asked);
        List<InstanceType> types = asked.isEmpty() ? call.cluster().types() : InstanceTypes.named(call, asked);
        var page = Page.of(
                types.stream().map(InstanceTypes::info).filter(FILTERS.of(request.filters())),
                InstanceTypeInfo::instanceTypeAsString,
                bounds);
        return DescribeInstanceTypesResponse.builder()
                .instanceTypes(page.items())
                .nextToken(page.nextToken())
                .build();
    }
}
