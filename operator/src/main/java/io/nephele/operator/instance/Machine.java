package io.nephele.operator.instance;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.nephele.crds.AwsId;
import io.nephele.crds.Nephele;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.UserData;
import io.nephele.crds.instancetype.InstanceTypeSpec;
import io.nephele.crds.keypair.KeyPair;
import io.nephele.foreign.kubevirt.VirtualMachine;
import io.nephele.foreign.kubevirt.VirtualMachineInstance;
import io.nephele.foreign.kubevirt.VirtualMachineInstance.Cpu;
import io.nephele.foreign.kubevirt.VirtualMachineInstance.Memory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The VirtualMachine of an Instance, and the Secrets it reads at boot. */
final class Machine {

    private static final String ROOT = "root";
    private static final String SEED = "cloudinit";
    private static final int GRACE_SECONDS = 180;
    private static final Pattern HOST_NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final byte[] NO_USER_DATA = "#cloud-config\n".getBytes(StandardCharsets.UTF_8);

    private Machine() {}

    /** How much of a machine. */
    record Shape(Cpu cpu, Memory memory) {

        static Shape of(InstanceTypeSpec type) {
            return new Shape(
                    new Cpu(type.cpuModel(), type.vcpus(), 1, 1, null), new Memory(canonical(type.memory()), null));
        }

        /** As it is in a VM. */
        static Shape of(VirtualMachine vm) {
            VirtualMachineInstance.Domain domain =
                    vm.getSpec().template().spec().domain();
            return new Shape(
                    new Cpu(domain.cpu().model(), domain.cpu().sockets(), 1, 1, null),
                    new Memory(canonical(domain.memory().guest()), null));
        }

        /** The form in which KubeVirt stores a size. */
        private static String canonical(String quantity) {
            long bytes = Quantity.getAmountInBytes(Quantity.parse(quantity)).longValue();
            String[] units = {"", "Ki", "Mi", "Gi", "Ti"};
            int unit = 0;
            while (unit < units.length - 1 && bytes % 1024 == 0) {
                bytes /= 1024;
                unit++;
            }
            return bytes + units[unit];
        }
    }

    /** Secrets first, then the VM that names them. */
    record Rendered(List<Secret> secrets, VirtualMachine vm) {}

    static Rendered render(
            Instance instance, String volumeId, Shape shape, @Nullable KeyPair keyPair, String runStrategy) {
        String id = AwsId.INSTANCE.of(instance);
        var secrets = new ArrayList<Secret>();
        UserData userData = instance.getSpec().userData();
        String seed;
        if (userData != null && userData.secretRef() != null) {
            seed = userData.secretRef().name();
        } else {
            byte[] bytes = userData == null ? null : userData.bytes();
            Secret secret = secret(instance, id, "userdata", bytes == null ? NO_USER_DATA : bytes);
            secrets.add(secret);
            seed = secret.getMetadata().getName();
        }
        Secret key = keyPair == null
                ? null
                : secret(instance, id, "key", keyPair.getSpec().publicKey().getBytes(StandardCharsets.UTF_8));
        if (key != null) {
            secrets.add(key);
        }
        var vm = new VirtualMachine();
        vm.setMetadata(new ObjectMetaBuilder()
                .withName(id)
                .withNamespace(instance.getMetadata().getNamespace())
                .withLabels(Map.of(Nephele.LABEL_INSTANCE, id))
                .withAnnotations(Map.of(
                        Nephele.ANNOTATION_INSTANCE, instance.getMetadata().getName()))
                .withOwnerReferences(owner(instance))
                .build());
        vm.setSpec(new VirtualMachine.Spec(
                runStrategy,
                new VirtualMachine.Template(
                        new VirtualMachine.TemplateMeta(
                                Map.of(Nephele.LABEL_INSTANCE, id),
                                Map.of(
                                        Nephele.ANNOTATION_INSTANCE,
                                        instance.getMetadata().getName())),
                        spec(instance, volumeId, shape, seed, key))));
        return new Rendered(secrets, vm);
    }

    private static VirtualMachineInstance.Spec spec(
            Instance instance, String volumeId, Shape shape, String seed, @Nullable Secret key) {
        String uuid = uuid(instance.getMetadata().getUid());
        return new VirtualMachineInstance.Spec(
                "amd64",
                "LiveMigrateIfPossible",
                GRACE_SECONDS,
                hostName(instance),
                new VirtualMachineInstance.Domain(
                        new VirtualMachineInstance.Machine("q35"),
                        shape.cpu(),
                        shape.memory(),
                        new VirtualMachineInstance.Firmware(uuid, uuid),
                        new VirtualMachineInstance.Devices(
                                List.of(
                                        new VirtualMachineInstance.Disk(
                                                ROOT,
                                                1,
                                                volumeId.replace("-", ""),
                                                new VirtualMachineInstance.DiskTarget("virtio")),
                                        new VirtualMachineInstance.Disk(
                                                SEED, null, null, new VirtualMachineInstance.DiskTarget("virtio"))),
                                List.of(new VirtualMachineInstance.Interface("default", "virtio", Map.of())),
                                Map.of(),
                                true)),
                List.of(new VirtualMachineInstance.Network("default", Map.of())),
                key == null
                        ? null
                        : List.of(new VirtualMachineInstance.AccessCredential(new VirtualMachineInstance.SshPublicKey(
                                new VirtualMachineInstance.KeySource(new VirtualMachineInstance.SecretName(
                                        key.getMetadata().getName())),
                                new VirtualMachineInstance.PropagationMethod(Map.of())))),
                List.of(
                        new VirtualMachineInstance.Volume(
                                ROOT, new VirtualMachineInstance.DataVolumeName(volumeId), null),
                        new VirtualMachineInstance.Volume(
                                SEED,
                                null,
                                new VirtualMachineInstance.CloudInitNoCloud(
                                        new VirtualMachineInstance.SecretReference(seed)))));
    }

    /** cloud-init takes a machine for one of EC2 when UUID and serial number are alike and begin with ec2. */
    static String uuid(String uid) {
        return "ec2"
                + UUID.nameUUIDFromBytes(uid.getBytes(StandardCharsets.UTF_8))
                        .toString()
                        .substring(3);
    }

    private static @Nullable String hostName(Instance instance) {
        String name = instance.getMetadata().getName();
        return HOST_NAME.matcher(name).matches() ? name : null;
    }

    /** Immutable, and named by its content: another content is another Secret, so what a VM boots with never changes under it. */
    private static Secret secret(Instance instance, String id, String key, byte[] content) {
        String encoded = Base64.getEncoder().encodeToString(content);
        return new SecretBuilder()
                .withNewMetadata()
                .withName(id + "-" + key + "-" + AwsId.hash(encoded).substring(0, 8))
                .withNamespace(instance.getMetadata().getNamespace())
                .withLabels(Map.of(Nephele.LABEL_INSTANCE, id))
                .withOwnerReferences(owner(instance))
                .endMetadata()
                .withImmutable(true)
                .withData(Map.of(key, encoded))
                .build();
    }

    private static OwnerReference owner(Instance instance) {
        return new OwnerReferenceBuilder()
                .withApiVersion(instance.getApiVersion())
                .withKind(instance.getKind())
                .withName(instance.getMetadata().getName())
                .withUid(instance.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }

    /** Whether a VM is as rendered, in the fields that are rendered. */
    static boolean isAsRendered(VirtualMachine present, VirtualMachine rendered) {
        VirtualMachine.Spec spec = present.getSpec();
        VirtualMachineInstance.Spec template = spec.template().spec();
        Shape shape = Shape.of(present);
        VirtualMachineInstance.Domain domain = template.domain();
        var comparable = new VirtualMachineInstance.Spec(
                template.architecture(),
                template.evictionStrategy(),
                template.terminationGracePeriodSeconds(),
                template.hostname(),
                new VirtualMachineInstance.Domain(
                        domain.machine(), shape.cpu(), shape.memory(), domain.firmware(), domain.devices()),
                template.networks(),
                template.accessCredentials(),
                template.volumes());
        return spec.runStrategy().equals(rendered.getSpec().runStrategy())
                && comparable.equals(rendered.getSpec().template().spec());
    }

    /** The rendered VM with the keys that the present one installs. */
    static VirtualMachine withCredentialsOf(VirtualMachine rendered, VirtualMachine present) {
        VirtualMachineInstance.Spec spec = rendered.getSpec().template().spec();
        var copy = new VirtualMachine();
        copy.setMetadata(rendered.getMetadata());
        copy.setSpec(new VirtualMachine.Spec(
                rendered.getSpec().runStrategy(),
                new VirtualMachine.Template(
                        rendered.getSpec().template().metadata(),
                        new VirtualMachineInstance.Spec(
                                spec.architecture(),
                                spec.evictionStrategy(),
                                spec.terminationGracePeriodSeconds(),
                                spec.hostname(),
                                spec.domain(),
                                spec.networks(),
                                present.getSpec().template().spec().accessCredentials(),
                                spec.volumes()))));
        return copy;
    }

    /** Whether a VM reads this Secret already. */
    static boolean names(VirtualMachine vm, Secret secret) {
        String name = secret.getMetadata().getName();
        VirtualMachineInstance.Spec spec = vm.getSpec().template().spec();
        boolean seed = spec.volumes() != null
                && spec.volumes().stream()
                        .anyMatch(v -> v.cloudInitNoCloud() != null
                                && v.cloudInitNoCloud().secretRef().name().equals(name));
        boolean key = spec.accessCredentials() != null
                && spec.accessCredentials().stream()
                        .anyMatch(c ->
                                c.sshPublicKey().source().secret().secretName().equals(name));
        return seed || key;
    }
}
