package io.nephele.sandbox.launcher.bench;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.crds.Nephele;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceSpec;
import io.nephele.crds.instance.InstanceState;
import io.nephele.crds.instance.PowerState;
import io.nephele.sandbox.launcher.Sandbox;
import io.nephele.sandbox.launcher.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code make bench}: prints a table and writes it to {@code docs/benchmarks.md}. */
public final class Bench {

    private static final int INSTANCES = Integer.getInteger("bench.instances", 1000);
    private static final int CLIENTS = 8;
    private static final int DESCRIBES = 60;
    private static final String NAMESPACE = "demo";
    private static final String PLAIN_NAMESPACE = "plain";
    private static final String OPERATOR = "system:serviceaccount:nephele-system:nephele-operator";
    private static final Duration LIMIT = Duration.ofMinutes(20);

    private final Sandbox sandbox;
    private final KubernetesClient client;
    private final Report report = new Report();

    private Bench(Sandbox sandbox) {
        this.sandbox = sandbox;
        this.client = sandbox.admin();
    }

    public static void main(String[] args) throws Exception {
        Path home = Settings.sourceTree();
        Path directory = Files.createTempDirectory(Files.createDirectories(home.resolve("target")), "bench-");
        try (Sandbox sandbox = Sandbox.start(Settings.in(directory))) {
            var bench = new Bench(sandbox);
            bench.run();
            String text = bench.report.text(INSTANCES, CLIENTS);
            System.out.println(text);
            Files.writeString(home.resolve("docs/benchmarks.md"), text);
        }
    }

    private void run() throws IOException, InterruptedException {
        System.out.println("Warming up");
        create("bench-warm-up", 40);
        await("the warm-up", () -> running() == 40);

        new Charges(sandbox).run(report::add);
        double plainRate = Charges.withoutWebhooks(client, this::plain);
        double ourRate = ours();
        report.add(
                "Objects of %d Instances written, plain client".formatted(INSTANCES),
                "%.1f Instances/s".formatted(plainRate));
        report.add(
                "The same by Nephele, from the first order to the last VM object",
                "%.1f Instances/s".formatted(ourRate));
        report.add(
                "**Rate of Nephele / rate of the plain client** (goal: at least 70 %)",
                "**%.0f %%**".formatted(100 * ourRate / plainRate));
        heap();
        steadyState();
        restart();
        describe();
    }

    private void create(String prefix, int count) throws InterruptedException {
        Parallel.run(
                CLIENTS, count, i -> client.resource(instance(prefix + "-" + i)).create());
    }

    private static Instance instance(String name) {
        var instance = new Instance();
        instance.setMetadata(
                new ObjectMetaBuilder().withName(name).withNamespace(NAMESPACE).build());
        instance.setSpec(new InstanceSpec(
                "t1.tiny",
                "tiny",
                null,
                PowerState.Running,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Map.of("bench", "true")));
        return instance;
    }

    /** The yardstick: copies of the objects of one Instance that Nephele made, written by a client that does nothing else, while no operator runs. */
    private double plain() throws InterruptedException {
        Instance sample = client.resources(Instance.class)
                .inNamespace(NAMESPACE)
                .withName("bench-warm-up-0")
                .get();
        String id = Objects.requireNonNull(sample.getStatus().instanceId());
        String volume = Objects.requireNonNull(sample.getStatus().rootVolume());
        List<GenericKubernetesResource> templates = Stream.of(
                        generic(Nephele.GROUP + "/" + Nephele.VERSION, "Instance")
                                .filter(named("bench-warm-up-0")),
                        generic(Nephele.GROUP + "/" + Nephele.VERSION, "Volume").filter(named(volume)),
                        generic("v1", "Secret")
                                .filter(o -> o.getMetadata().getName().startsWith(id)),
                        generic("cdi.kubevirt.io/v1beta1", "DataVolume").filter(named(volume)),
                        generic("kubevirt.io/v1", "VirtualMachine").filter(named(id)))
                .flatMap(s -> s)
                .toList();
        report.add(
                "Objects written for one Instance",
                templates.stream().map(HasMetadata::getKind).collect(Collectors.joining(", ")));
        var plain = new PlainClient(client, templates, List.of(id, volume, "bench-warm-up-0"));
        client.resource(new io.fabric8.kubernetes.api.model.NamespaceBuilder()
                        .withNewMetadata()
                        .withName(PLAIN_NAMESPACE)
                        .addToLabels(Nephele.LABEL_PROJECT, PLAIN_NAMESPACE)
                        .endMetadata()
                        .build())
                .create();

        System.out.println("Writing " + INSTANCES + " times " + templates.size() + " objects with a plain client");
        sandbox.operator().pause();
        Duration took = Parallel.run(CLIENTS, INSTANCES, i -> plain.create(PLAIN_NAMESPACE, i));
        await(
                "the stand-in",
                () -> generic("kubevirt.io/v1", "VirtualMachineInstance", PLAIN_NAMESPACE)
                                .filter(vmi -> "Running".equals(vmi.<Object>get("status", "phase")))
                                .count()
                        == INSTANCES);
        client.namespaces().withName(PLAIN_NAMESPACE).delete();
        await(
                "the end of the plain objects",
                () -> client.namespaces().withName(PLAIN_NAMESPACE).get() == null);
        sandbox.operator().resume();
        sandbox.operator().awaitReady();
        return INSTANCES / seconds(took);
    }

    private static Predicate<HasMetadata> named(String name) {
        return object -> object.getMetadata().getName().equals(name);
    }

    private Stream<GenericKubernetesResource> generic(String apiVersion, String kind) {
        return generic(apiVersion, kind, NAMESPACE);
    }

    private Stream<GenericKubernetesResource> generic(String apiVersion, String kind, String namespace) {
        return client.genericKubernetesResources(apiVersion, kind).inNamespace(namespace).list().getItems().stream();
    }

    private double ours() throws InterruptedException {
        System.out.println("Creating " + INSTANCES + " Instances");
        Instant started = Instant.now();
        create("bench", INSTANCES);
        report.add(
                "The orders alone (one object each)",
                "%.1f Instances/s".formatted(INSTANCES / seconds(Duration.between(started, Instant.now()))));
        await("all Instances", () -> running() == INSTANCES + 40);
        report.add(
                "From the first order until all are Running",
                "%.1f s".formatted(seconds(Duration.between(started, Instant.now()))));

        // The API server writes its audit log in batches.
        Thread.sleep(3000);
        List<AuditLog.Write> writes = new AuditLog(sandbox.controlPlane().auditLog()).since(started);
        Instant lastVm = writes.stream()
                .filter(w -> w.user().equals(OPERATOR) && w.resource().equals("virtualmachines"))
                .map(AuditLog.Write::at)
                .max(Instant::compareTo)
                .orElseThrow();
        Map<String, Long> counts = writes.stream()
                .filter(w -> w.user().equals(OPERATOR))
                .collect(Collectors.groupingBy(
                        w -> w.userAgent() + " " + w.verb() + " " + w.resource(), TreeMap::new, Collectors.counting()));
        counts.forEach((what, count) -> report.write(what, (double) count / INSTANCES));
        return INSTANCES / seconds(Duration.between(started, lastVm));
    }

    private long running() {
        return client.resources(Instance.class).inNamespace(NAMESPACE).list().getItems().stream()
                .filter(i -> i.getStatus() != null && i.getStatus().state() == InstanceState.Running)
                .count();
    }

    /** Live bytes after a full collection, which the histogram makes. */
    private void heap() throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(sandbox.operator().pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String output = new String(jcmd.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        jcmd.waitFor();
        long bytes = output.lines()
                .filter(line -> line.startsWith("Total"))
                .mapToLong(line -> Long.parseLong(line.trim().split("\\s+")[2]))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(output));
        report.add(
                "Heap of the operator after a full collection, with all of them (goal: under 128 MiB)",
                "%.0f MiB".formatted(bytes / 1048576.0));
    }

    private void steadyState() throws InterruptedException {
        Instant from = Instant.now();
        Thread.sleep(20_000);
        report.add(
                "Writes of the operator in 20 s of steady state (goal: 0)", Long.toString(operatorWritesSince(from)));
    }

    private void restart() throws InterruptedException {
        Instant from = Instant.now();
        sandbox.operator().kill();
        Thread.sleep(600);
        sandbox.operator().awaitReady();
        report.add(
                "Restart of the operator with all of them: killed to ready",
                "%.1f s".formatted(seconds(Duration.between(from, Instant.now()))));
        Thread.sleep(20_000);
        report.add("Writes of the operator in the 20 s after it (goal: 0)", Long.toString(operatorWritesSince(from)));
    }

    private long operatorWritesSince(Instant from) throws InterruptedException {
        Thread.sleep(2000);
        return new AuditLog(sandbox.controlPlane().auditLog())
                .since(from).stream().filter(w -> w.user().equals(OPERATOR)).count();
    }

    private void describe() throws IOException, InterruptedException {
        var facade = new DescribeAll(sandbox);
        double[] millis = new double[DESCRIBES];
        for (int i = 0; i < 2 * DESCRIBES; i++) {
            double took = facade.millis(INSTANCES);
            if (i >= DESCRIBES) {
                millis[i - DESCRIBES] = took;
            }
        }
        Arrays.sort(millis);
        report.add(
                "DescribeInstances over all of them, one answer (goal: median under 50 ms)",
                "median %.0f ms, slowest of %d %.0f ms"
                        .formatted(millis[DESCRIBES / 2], DESCRIBES, millis[DESCRIBES - 1]));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        Instant limit = Instant.now().plus(LIMIT);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(limit)) {
                throw new IllegalStateException("Waited " + LIMIT.toMinutes() + " minutes in vain for " + what);
            }
            Thread.sleep(1000);
        }
    }

    /** What was found, as Markdown. */
    private static final class Report {

        private record Row(String what, String value) {}

        private final List<Row> rows = new ArrayList<>();
        private final Map<String, Double> writes = new TreeMap<>();

        void add(String what, String value) {
            System.out.println("  " + what + ": " + value);
            rows.add(new Row(what, value));
        }

        void write(String what, double perInstance) {
            writes.put(what, perInstance);
        }

        String text(int instances, int clients) {
            var text = new StringBuilder("""
                    # Benchmarks

                    Written by `make bench`: one run, %d Instances, %d clients, everything on one machine: etcd, API server, operator, facade, the stand-in for
                    KubeVirt and CDI, and the clients. Ratios mean something elsewhere; times are of this machine: %d cores, %d MiB of memory, Java %s.

                    | what | result |
                    |---|---|
                    """.formatted(
                            instances,
                            clients,
                            Runtime.getRuntime().availableProcessors(),
                            memoryMiB(),
                            Runtime.version().feature()));
            rows.forEach(row -> text.append("| ")
                    .append(row.what())
                    .append(" | ")
                    .append(row.value())
                    .append(" |\n"));
            text.append("""

                    Writes of the operator from the orders until all are Running, from the API server's audit log. Creating an object is not counted in the
                    budget of 4 writes for each Instance.

                    | user agent, verb, resource | writes per Instance |
                    |---|---|
                    """);
            writes.forEach((what, count) -> text.append("| ")
                    .append(what)
                    .append(" | ")
                    .append("%.2f".formatted(count))
                    .append(" |\n"));
            return text.toString();
        }

        private static long memoryMiB() {
            var system = (com.sun.management.OperatingSystemMXBean)
                    java.lang.management.ManagementFactory.getOperatingSystemMXBean();
            return system.getTotalMemorySize() >> 20;
        }
    }
}
