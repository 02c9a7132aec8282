package io.nephele.apiserver.action.instance;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.Nephele;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The making of the machines of one RunInstances. With a ClientToken the names of the objects follow from it, so that an order that is repeated, even through another replica, finds
 * what it made before: the conflict in Kubernetes is the idempotency.
 */
final class Order {

    /** Parameters that differ between a request and its repetition. */
    private static final Set<String> NOT_OF_THE_ORDER = Set.of("Action", "Version", "ClientToken");

    /** How many are made at the same time. */
    private static final int AT_ONCE = 8;

    private final Call call;
    private final InstanceSpec spec;
    private final String seed;
    private final Map<String, String> annotations = new HashMap<>();
    private final String requestHash;

    Order(Call call, InstanceSpec spec, @Nullable String token) {
        this.call = call;
        this.spec = spec;
        this.seed = token == null ? UUID.randomUUID().toString() : token;
        this.requestHash = requestHash(call);
        annotations.put(Nephele.ANNOTATION_RESERVATION, AwsId.RESERVATION.derive(call.project(), seed));
        if (token != null) {
            annotations.put(Nephele.ANNOTATION_CLIENT_TOKEN, token);
            annotations.put(Nephele.ANNOTATION_REQUEST_HASH, requestHash);
        }
    }

    /**
     * Makes them, or finds them made.
     *
     * @param least if fewer can be made, none is, and the first refusal is the answer
     * @param most how many are tried
     */
    List<Instance> place(int least, int most) {
        // Alone: of two different orders with one token the one that makes this goes on, and the other has made
        // nothing.
        Placed first = place(0);
        if (first.refusal() != null) {
            throw first.refusal();
        }
        List<Placed> placed = new ArrayList<>(List.of(first));
        placed.addAll(together(most));
        List<Instance> instances = placed.stream().flatMap(Placed::found).toList();
        if (instances.size() < least) {
            undo(placed);
            throw placed.stream()
                    .flatMap(p -> Stream.ofNullable(p.refusal()))
                    .findFirst()
                    .orElseThrow();
        }
        return instances;
    }

    /**
     * What became of one machine of the order: it is there, or it was refused.
     *
     * @param isNew whether it was made just now
     */
    private record Placed(
            @Nullable Instance instance,
            boolean isNew,
            @Nullable AwsException refusal) {

        Stream<Instance> found() {
            return Stream.ofNullable(instance);
        }
    }

    private List<Placed> together(int most) {
        Map<Integer, Placed> placed = new ConcurrentHashMap<>();
        var places = new Semaphore(AT_ONCE);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 1; i < most; i++) {
                int index = i;
                places.acquireUninterruptibly();
                executor.execute(() -> {
                    try {
                        placed.put(index, place(index));
                    } finally {
                        places.release();
                    }
                });
            }
        }
        return IntStream.range(1, most)
                .mapToObj(index -> placed.getOrDefault(
                        index,
                        new Placed(null, false, AwsException.of(503, "Unavailable", "The order failed: try again"))))
                .toList();
    }

    private Placed place(int index) {
        Instance wanted = instance(index);
        try {
            boolean[] conflict = {false};
            Instance made = call.asUser().create(wanted, _ -> {
                conflict[0] = true;
                return existing(wanted);
            });
            return new Placed(made, !conflict[0], null);
        } catch (AwsException refusal) {
            return new Placed(null, false, refusal);
        }
    }

    private Instance instance(int index) {
        var instance = new Instance();
        instance.setMetadata(new ObjectMetaBuilder()
                .withName(AwsId.INSTANCE.derive(call.project(), seed, Integer.toString(index)))
                .withNamespace(call.project())
                .withAnnotations(annotations)
                .addToAnnotations(Nephele.ANNOTATION_LAUNCH_INDEX, Integer.toString(index))
                .withFinalizers(Nephele.FINALIZER)
                .build());
        instance.setSpec(spec);
        return instance;
    }

    /** What the same order made before, if it was the same order. */
    private Instance existing(Instance wanted) {
        Instance found = call.asUser().read(wanted);
        if (found == null) {
            throw AwsException.of(503, "Unavailable", "The order is being carried out: try again");
        }
        String before = InstanceView.annotation(found, Nephele.ANNOTATION_REQUEST_HASH);
        if (!requestHash.equals(before)) {
            throw AwsException.of(
                    "IdempotentParameterMismatch",
                    "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).");
        }
        return found;
    }

    /** Without this, what was made of a refused order would run and be paid for, and nobody would know of it. */
    private void undo(List<Placed> placed) {
        placed.stream().filter(Placed::isNew).flatMap(Placed::found).forEach(call.asUser()::delete);
    }

    private static String requestHash(Call call) {
        var order = new TreeMap<>(call.sent());
        order.keySet().removeIf(name -> NOT_OF_THE_ORDER.contains(name) || name.startsWith("X-Amz-"));
        return AwsId.hash(order.entrySet().stream()
                        .flatMap(e -> Stream.of(e.getKey(), e.getValue()))
                        .toArray(String[]::new))
                .substring(0, 32);
    }
}
