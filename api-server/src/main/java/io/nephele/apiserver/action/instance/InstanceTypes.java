package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.Bytes;
import io.nephele.crds.instancetype.InstanceType;
import java.util.List;
import java.util.Objects;
import software.amazon.awssdk.services.ec2.model.InstanceTypeInfo;
import software.amazon.awssdk.services.ec2.model.NetworkCardInfo;

/** InstanceTypes as AWS shows them. */
final class InstanceTypes {

    private InstanceTypes() {}

    /** One that Instances may have, as an order names it. */
    static InstanceType require(Call call, String name) {
        InstanceType type = call.cluster().type(name);
        if (type == null || !type.getSpec().isAvailable()) {
            throw AwsException.invalidValue("Invalid value '" + name + "' for InstanceType.");
        }
        return type;
    }

    /** Those of these names, each once; or an error that names what is none. */
    static List<InstanceType> named(Call call, List<String> names) {
        List<String> unknown =
                names.stream().filter(name -> call.cluster().type(name) == null).toList();
        if (!unknown.isEmpty()) {
            throw AwsException.of(
                    "InvalidInstanceType", "The following supplied instance types do not exist: " + unknown);
        }
        return names.stream()
                .distinct()
                .map(name -> Objects.requireNonNull(call.cluster().type(name)))
                .toList();
    }

    static InstanceTypeInfo info(InstanceType type) {
        int vcpus = type.getSpec().vcpus();
        return InstanceTypeInfo.builder()
                .instanceType(type.getMetadata().getName())
                .currentGeneration(type.getSpec().isAvailable())
                .freeTierEligible(false)
                .supportedUsageClassesWithStrings("on-demand")
                .supportedRootDeviceTypesWithStrings("ebs")
                .supportedVirtualizationTypesWithStrings("hvm")
                .supportedBootModesWithStrings("legacy-bios")
                .bareMetal(false)
                .hypervisor("nitro")
                .processorInfo(processor -> processor.supportedArchitecturesWithStrings("x86_64"))
                .vCpuInfo(cpu -> cpu.defaultVCpus(vcpus)
                        .defaultCores(vcpus)
                        .defaultThreadsPerCore(1)
                        .validCores(vcpus)
                        .validThreadsPerCore(1))
                .memoryInfo(
                        memory -> memory.sizeInMiB(Bytes.toMiB(type.getSpec().memory())))
                .instanceStorageSupported(false)
                .ebsInfo(ebs -> ebs.ebsOptimizedSupport("default")
                        .encryptionSupport("unsupported")
                        .nvmeSupport("unsupported"))
                .networkInfo(network -> network.networkPerformance("Up to 10 Gigabit")
                        .maximumNetworkInterfaces(1)
                        .maximumNetworkCards(1)
                        .defaultNetworkCardIndex(0)
                        .networkCards(NetworkCardInfo.builder()
                                .networkCardIndex(0)
                                .networkPerformance("Up to 10 Gigabit")
                                .maximumNetworkInterfaces(1)
                                .build())
                        .ipv4AddressesPerInterface(1)
                        .ipv6AddressesPerInterface(0)
                        .ipv6Supported(false)
                        .enaSupport("unsupported")
                        .efaSupported(false)
                        .encryptionInTransitSupported(false))
                .placementGroupInfo(group -> group.supportedStrategies(List.of()))
                .hibernationSupported(false)
                .burstablePerformanceSupported(false)
                .dedicatedHostsSupported(false)
                .autoRecoverySupported(true)
                .nitroEnclavesSupport("unsupported")
                .nitroTpmSupport("unsupported")
                .build();
    }
}
