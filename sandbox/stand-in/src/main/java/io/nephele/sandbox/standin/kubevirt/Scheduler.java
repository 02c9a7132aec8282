package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Places VMIs on nodes by selector, CPU and memory. It remembers what it has given away, by VMI uid, so that parallel starts never overbook. */
final class Scheduler {

    /** How many virtual CPUs share a real one: KubeVirt's {@code cpuAllocationRatio}. */
    private static final int CPU_ALLOCATION_RATIO = 10;

    private record Place(String node, long memory, int milliCpu) {}

    private final List<Nodes.NodeShape> nodes;
    private final Map<String, Place> places = new HashMap<>();
    private final Map<String, long[]> used = new HashMap<>();

    Scheduler(List<Nodes.NodeShape> nodes) {
        this.nodes = nodes;
        nodes.forEach(node -> used.put(node.name(), new long[2]));
    }

    /** Takes note of a VMI that has a node from before. */
    synchronized void remember(GenericKubernetesResource vmi) {
        String node = vmi.get("status", "nodeName");
        String guest = vmi.get("spec", "domain", "memory", "guest");
        Integer sockets = vmi.get("spec", "domain", "cpu", "sockets");
        if (node != null && used.containsKey(node)) {
            take(
                    vmi.getMetadata().getUid(),
                    new Place(node, Sizes.bytes(guest == null ? "0" : guest), milliCpu(sockets == null ? 1 : sockets)));
        }
    }

    /** A node for a VMI, or null if none has room; asked again, the same one. */
    synchronized @Nullable String place(Vmi vmi) {
        return place(vmi.uid(), vmi, Launchers.selector(vmi), "");
    }

    /** A node for the target of a migration: another one than the VMI's. */
    synchronized @Nullable String place(Migration migration, Vmi vmi, Map<String, String> selector) {
        return place(
                migration.uid(), vmi, selector, vmi.status().path("nodeName").asText());
    }

    /** A VMI has moved to the place of its migration. */
    synchronized void move(String migrationUid, String vmiUid) {
        Place place = places.remove(migrationUid);
        if (place != null) {
            release(vmiUid);
            places.put(vmiUid, place);
        }
    }

    /** The labels of a node. */
    Map<String, String> labels(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .map(Nodes.NodeShape::labels)
                .findFirst()
                .orElse(Map.of());
    }

    /** The same for a pod that is there and waits. */
    synchronized @Nullable String place(Vmi vmi, Pod pod) {
        return place(vmi.uid(), vmi, selector(pod), "");
    }

    private static Map<String, String> selector(Pod pod) {
        Map<String, String> selector = pod.getSpec().getNodeSelector();
        return selector == null ? Map.of() : selector;
    }

    private @Nullable String place(String uid, Vmi vmi, Map<String, String> selector, String except) {
        Place known = places.get(uid);
        if (known != null) {
            return known.node();
        }
        long memory = memory(vmi.tree());
        int cpu = cpu(vmi.tree());
        String node = nodes.stream()
                .filter(n -> !n.name().equals(except) && n.matches(selector) && fits(n, memory, cpu))
                .min(Comparator.comparingLong((Nodes.NodeShape n) -> -preference(vmi, n))
                        .thenComparingLong(n -> taken(n.name())[0]))
                .map(Nodes.NodeShape::name)
                .orElse(null);
        if (node != null) {
            take(uid, new Place(node, memory, cpu));
        }
        return node;
    }

    /** The weight of the preferred node affinity of a VMI that a node meets. */
    private static long preference(Vmi vmi, Nodes.NodeShape node) {
        long weight = 0;
        JsonNode affinity = vmi.spec().path("affinity").path("nodeAffinity");
        for (JsonNode term : affinity.path("preferredDuringSchedulingIgnoredDuringExecution")) {
            boolean met = true;
            for (JsonNode expression : term.path("preference").path("matchExpressions")) {
                String label = node.labels().getOrDefault(expression.path("key").asText(), "");
                boolean in = false;
                for (JsonNode value : expression.path("values")) {
                    in |= value.asText().equals(label);
                }
                met &= in == expression.path("operator").asText().equals("In");
            }
            weight += met ? term.path("weight").asLong() : 0;
        }
        return weight;
    }

    /** Why {@link #place} found none, in the words of kube-scheduler. */
    synchronized String refusal(Vmi vmi, Pod pod) {
        Map<String, String> selector = selector(pod);
        long affinity = nodes.stream().filter(n -> !n.matches(selector)).count();
        List<Nodes.NodeShape> matching =
                nodes.stream().filter(n -> n.matches(selector)).toList();
        long noCpu = matching.stream()
                .filter(n -> taken(n.name())[1] + cpu(vmi.tree()) > n.milliCpu())
                .count();
        long noMemory = matching.stream()
                .filter(n -> taken(n.name())[0] + memory(vmi.tree()) > n.memory())
                .count();
        var text = new StringBuilder("0/" + nodes.size() + " nodes are available: ");
        String comma = "";
        if (noCpu > 0) {
            text.append(noCpu).append(" Insufficient cpu");
            comma = ", ";
        }
        if (noMemory > 0) {
            text.append(comma).append(noMemory).append(" Insufficient memory");
            comma = ", ";
        }
        if (affinity > 0) {
            text.append(comma).append(affinity).append(" node(s) didn't match Pod's node affinity/selector");
        }
        return text.append(". no new claims to deallocate, preemption: 0/")
                .append(nodes.size())
                .append(" nodes are available: ")
                .append(nodes.size())
                .append(" Preemption is not helpful for scheduling.")
                .toString();
    }

    synchronized void release(String uid) {
        Place place = places.remove(uid);
        if (place != null) {
            taken(place.node())[0] -= place.memory();
            taken(place.node())[1] -= place.milliCpu();
        }
    }

    private void take(String uid, Place place) {
        if (places.putIfAbsent(uid, place) == null) {
            taken(place.node())[0] += place.memory();
            taken(place.node())[1] += place.milliCpu();
        }
    }

    private boolean fits(Nodes.NodeShape node, long memory, int cpu) {
        return taken(node.name())[0] + memory <= node.memory() && taken(node.name())[1] + cpu <= node.milliCpu();
    }

    private long[] taken(String node) {
        return used.computeIfAbsent(node, _ -> new long[2]);
    }

    private static long memory(JsonNode vmi) {
        return Sizes.bytes(vmi.path("spec")
                        .path("domain")
                        .path("memory")
                        .path("guest")
                        .asText("0"))
                + Sizes.bytes(VmiStart.overhead(vmi));
    }

    private static int cpu(JsonNode vmi) {
        JsonNode cpu = vmi.path("spec").path("domain").path("cpu");
        return milliCpu(cpu.path("sockets").asInt(1)
                * cpu.path("cores").asInt(1)
                * cpu.path("threads").asInt(1));
    }

    private static int milliCpu(int vcpus) {
        return vcpus * 1000 / CPU_ALLOCATION_RATIO;
    }
}
