package io.nephele.sandbox.standin.kubevirt;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.qemu.GuestHost;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Nodes with the labels that virt-handler gives them: three, of Intel and AMD, and a fourth where every vendor needs a second one to migrate to. */
final class Nodes {

    private static final List<String> COMMON_MODELS = List.of("Nehalem", "Westmere", "SandyBridge", "IvyBridge");

    private static final String HYPERVISOR = "sandbox.nephele.io/hypervisor";
    private static final String ACCELERATOR = "sandbox.nephele.io/accelerator";

    private static final String REASON = "sandbox.nephele.io/accelerator-reason";

    private static final int LONGEST_LABEL = 63;

    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("stand-in")
            .withForce(true)
            .build();

    /** A node as the scheduler sees it. */
    record NodeShape(String name, Map<String, String> labels, long memory, int milliCpu) {

        boolean matches(Map<String, String> selector) {
            return labels.entrySet().containsAll(selector.entrySet());
        }
    }

    private Nodes() {}

    /**
     * What each node has to give.
     *
     * @param labels that say where its guests run
     */
    record Capacity(long memory, int cpus, Map<String, String> labels) {

        /** Guests that are states only need nothing. */
        private static final Capacity BOUNDLESS = new Capacity(4L << 40, 512, Map.of(HYPERVISOR, "simulated"));

        /** What one of so many nodes has; all of them are one machine, and share its processors. */
        static Capacity of(@Nullable GuestHost host, int nodes) {
            return host == null
                    ? BOUNDLESS
                    : new Capacity(
                            host.memoryOf(nodes),
                            Runtime.getRuntime().availableProcessors(),
                            Map.of(
                                    HYPERVISOR,
                                    "qemu",
                                    ACCELERATOR,
                                    host.acceleration().accelerator(),
                                    REASON,
                                    word(host.acceleration().reason())));
        }
    }

    /** A text as the value of a label, which has no spaces and at most 63 characters. */
    private static String word(String text) {
        String word = text.replaceAll("[^A-Za-z0-9._]+", "-").replaceAll("^[^A-Za-z0-9]+", "");
        return word.substring(0, Math.min(word.length(), LONGEST_LABEL)).replaceAll("[^A-Za-z0-9]+$", "");
    }

    /** The first {@code count} of four, which are Intel, AMD, Intel, AMD. */
    static List<NodeShape> shapes(int count, Capacity each) {
        return List.of(
                        shape("node-1", "1", "Intel", List.of("Haswell", "Broadwell", "Cascadelake-Server"), each),
                        shape("node-2", "1", "AMD", List.of("EPYC", "EPYC-Rome", "EPYC-Milan"), each),
                        shape("node-3", "2", "Intel", List.of("Haswell", "Broadwell", "Skylake-Server"), each),
                        shape("node-4", "2", "AMD", List.of("EPYC", "EPYC-Rome", "EPYC-Milan"), each))
                .subList(0, count);
    }

    private static NodeShape shape(String name, String rack, String vendor, List<String> models, Capacity capacity) {
        Map<String, String> labels = new HashMap<>(capacity.labels());
        labels.put("kubernetes.io/hostname", name);
        labels.put("kubernetes.io/os", "linux");
        labels.put("kubernetes.io/arch", "amd64");
        labels.put("topology.kubernetes.io/zone", "nephele-1a");
        labels.put("sandbox.nephele.io/rack", rack);
        labels.put("kubevirt.io/schedulable", "true");
        labels.put("cpu-vendor.node.kubevirt.io/" + vendor, "true");
        labels.put("machine-type.node.kubevirt.io/q35", "true");
        labels.put("host-model-cpu.node.kubevirt.io/" + models.getLast(), "true");
        for (List<String> group : List.of(COMMON_MODELS, models)) {
            for (String model : group) {
                labels.put("cpu-model.node.kubevirt.io/" + model, "true");
                labels.put("cpu-model-migration.node.kubevirt.io/" + model, "true");
            }
        }
        return new NodeShape(name, labels, capacity.memory(), capacity.cpus() * 1000);
    }

    /** Creates them, or brings them up to date. The kubelets of all of them are the stand-in's endpoint. */
    static void install(KubernetesClient client, List<NodeShape> shapes, int kubeletPort) {
        for (NodeShape shape : shapes) {
            Node node = new NodeBuilder()
                    .withNewMetadata()
                    .withName(shape.name())
                    .withLabels(shape.labels())
                    .addToAnnotations("kubevirt.io/heartbeat", Api.now())
                    .endMetadata()
                    .build();
            client.resource(node).fieldManager("stand-in").forceConflicts().serverSideApply();
            Map<String, Quantity> capacity = Map.of(
                    "cpu", new Quantity(Integer.toString(shape.milliCpu() / 1000)),
                    "memory", new Quantity((shape.memory() >> 20) + "Mi"),
                    "pods", new Quantity("4000"),
                    "ephemeral-storage", new Quantity("10Ti"),
                    "devices.kubevirt.io/kvm", new Quantity("1k"),
                    "devices.kubevirt.io/tun", new Quantity("1k"),
                    "devices.kubevirt.io/vhost-net", new Quantity("1k"));
            Node status = new NodeBuilder()
                    .withNewMetadata()
                    .withName(shape.name())
                    .endMetadata()
                    .withNewStatus()
                    .withCapacity(capacity)
                    .withAllocatable(capacity)
                    .addNewAddress("127.0.0.1", "InternalIP")
                    .addNewAddress(shape.name(), "Hostname")
                    .addNewCondition()
                    .withType("Ready")
                    .withStatus("True")
                    .withReason("KubeletReady")
                    .withMessage("kubelet is posting ready status")
                    .withLastHeartbeatTime(Api.now())
                    .withLastTransitionTime(Api.now())
                    .endCondition()
                    .withNewDaemonEndpoints()
                    .withNewKubeletEndpoint(kubeletPort)
                    .endDaemonEndpoints()
                    .endStatus()
                    .build();
            client.resource(status).subresource("status").patch(APPLY);
        }
    }
}
