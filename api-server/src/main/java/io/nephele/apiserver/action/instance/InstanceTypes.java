package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.Bytes;
import io.nephele.crds.instancetype.InstanceType;
import software.amazon.awssdk.services.ec2.model.InstanceTypeInfo;

/** InstanceTypes as AWS shows them. */
final class InstanceTypes {

    private InstanceTypes() {}

    /** One that Instances may have. */
    static InstanceType require(Call call, String name) {
        InstanceType type = call.cluster().type(name);
        if (type == null || !type.getSpec().isAvailable()) {
            throw AwsException.invalidValue("The following supplied instance types do not exist: [" + name + "]");
        }
        return type;
    }

    static InstanceTypeInfo info(InstanceType type) {
        int vcpus = type.getSpec().vcpus();
        return InstanceTypeInfo.builder()
                .instanceType(type.getMetadata().getName())
                .currentGeneration(true)
                .freeTierEligible(false)
                .supportedUsageClassesWithStrings("on-demand")
                .supportedRootDeviceTypesWithStrings("ebs")
                .supportedVirtualizationTypesWithStrings("hvm")
                .bareMetal(false)
                .hypervisor("nitro")
                .processorInfo(processor -> processor.supportedArchitecturesWithStrings("x86_64"))
                .vCpuInfo(cpu -> cpu.defaultVCpus(vcpus).defaultCores(vcpus).defaultThreadsPerCore(1))
                .memoryInfo(
                        memory -> memory.sizeInMiB(Bytes.toMiB(type.getSpec().memory())))
                .instanceStorageSupported(false)
                .ebsInfo(ebs -> ebs.ebsOptimizedSupport("default").encryptionSupport("unsupported"))
                .networkInfo(network ->
                        network.maximumNetworkInterfaces(1).ipv6Supported(false).enaSupport("unsupported"))
                .hibernationSupported(false)
                .burstablePerformanceSupported(false)
                .dedicatedHostsSupported(false)
                .autoRecoverySupported(true)
                .build();
    }
}
