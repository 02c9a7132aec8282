package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Filters;
import io.nephele.apiserver.action.Page;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesResponse;
import software.amazon.awssdk.services.ec2.model.InstanceTypeInfo;

@Singleton
class DescribeInstanceTypes implements Action<DescribeInstanceTypesRequest, DescribeInstanceTypesResponse> {

    private static final Filters<InstanceTypeInfo> FILTERS = new Filters<InstanceTypeInfo>()
            .on("instance-type", InstanceTypeInfo::instanceTypeAsString)
            .on(
                    "vcpu-info.default-vcpus",
                    type -> String.valueOf(type.vCpuInfo().defaultVCpus()))
            .on(
                    "memory-info.size-in-mib",
                    type -> String.valueOf(type.memoryInfo().sizeInMiB()))
            .on("bare-metal", type -> String.valueOf(type.bareMetal()))
            .on("current-generation", type -> String.valueOf(type.currentGeneration()))
            .on("burstable-performance-supported", type -> String.valueOf(type.burstablePerformanceSupported()))
            .on("hypervisor", InstanceTypeInfo::hypervisorAsString)
            .onAny(
                    "processor-info.supported-architecture",
                    type -> type.processorInfo().supportedArchitecturesAsStrings())
            .onAny("supported-root-device-type", InstanceTypeInfo::supportedRootDeviceTypesAsStrings)
            .onAny("supported-virtualization-type", InstanceTypeInfo::supportedVirtualizationTypesAsStrings)
            .onAny("supported-usage-class", InstanceTypeInfo::supportedUsageClassesAsStrings);

    @Override
    public DescribeInstanceTypesResponse call(DescribeInstanceTypesRequest request, Call call) {
        var asked = request.instanceTypesAsStrings();
        asked.forEach(name -> InstanceTypes.require(call, name));
        var bounds = new Page.Bounds(request.maxResults(), request.nextToken(), 5, 100).notWith(asked);
        var page = Page.of(
                call.cluster().types().stream()
                        .filter(type -> type.getSpec().isAvailable())
                        .filter(type -> asked.isEmpty()
                                || asked.contains(type.getMetadata().getName()))
                        .map(InstanceTypes::info)
                        .filter(FILTERS.of(request.filters())),
                InstanceTypeInfo::instanceTypeAsString,
                bounds);
        return DescribeInstanceTypesResponse.builder()
                .instanceTypes(page.items())
                .nextToken(page.nextToken())
                .build();
    }
}
