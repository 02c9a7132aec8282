package io.nephele.sandbox.launcher.bench;

import com.sun.management.OperatingSystemMXBean;
import io.nephele.sandbox.launcher.Hypervisor;
import io.nephele.sandbox.launcher.Sandbox;
import io.nephele.sandbox.launcher.Settings;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;

/** {@code make bench-guests}: how long tiny guests take to a login, and what they cost; printed, and written to {@code docs/benchmarks-guests.md}. */
public final class GuestBench {

    private static final int TIMES = 5;
    private static final int MANY = 10;
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration IDLE = Duration.ofSeconds(60);

    private final Sandbox sandbox;
    private final Path directory;
    private final Ec2Client ec2;
    private final String image;
    private final StringBuilder rows = new StringBuilder();

    private GuestBench(Sandbox sandbox, Path directory) throws IOException {
        this.sandbox = sandbox;
        this.directory = directory;
        ec2 = Ec2Client.builder()
                .endpointOverride(URI.create(sandbox.endpoint()))
                .region(Region.of("nephele-1"))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        sandbox.tenant().accessKeyId(), sandbox.tenant().secretAccessKey())))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
        image = ec2.describeImages().images().stream()
                .filter(i -> i.name().equals("tiny"))
                .findFirst()
                .orElseThrow()
                .imageId();
        Files.createFile(key(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(key(), ec2.createKeyPair(r -> r.keyName("bench")).keyMaterial());
    }

    public static void main(String[] args) throws Exception {
        Path home = Settings.sourceTree();
        Path directory = Files.createTempDirectory(Files.createDirectories(home.resolve("target")), "bench-");
        try (Sandbox sandbox = Sandbox.start(Settings.in(directory).with(Hypervisor.QEMU))) {
            var bench = new GuestBench(sandbox, directory);
            bench.run();
            Files.writeString(home.resolve("docs/benchmarks-guests.md"), """
                    # Benchmarks of real guests

                    Written by `make bench-guests`: tiny guests, accelerated by %s, and the whole cloud on one machine of %d cores. A time is from the call of RunInstances until
                    a command that was sent over ssh has been carried out. The agent is what the stand-in has for a guest beside its QEMU process.

                    | what | result |
                    |---|---|
                    %s""".formatted(
                            sandbox.guestHost().acceleration().accelerator(),
                            Runtime.getRuntime().availableProcessors(),
                            bench.rows));
        }
    }

    private Path key() {
        return directory.resolve("key.pem");
    }

    private void report(String what, String value) {
        System.out.println("  " + what + ": " + value);
        rows.append("| %s | %s |%n".formatted(what, value));
    }

    private void run() throws IOException, InterruptedException {
        end(order(1).ids());
        var seconds = new double[TIMES];
        for (int i = 0; i < TIMES; i++) {
            Ordered one = order(1);
            seconds[i] = one.seconds();
            end(one.ids());
        }
        Arrays.sort(seconds);
        report(
                "One guest (goal: 15 s on idle cores)",
                "median of %d: %.1f s, slowest %.1f s".formatted(TIMES, seconds[TIMES / 2], seconds[TIMES - 1]));

        Idle without = idle();
        Ordered ten = order(MANY);
        report(MANY + " guests at once, until the last (goal: 60 s)", "%.1f s".formatted(ten.seconds()));
        Idle with = idle();
        report(
                "Memory of the agent for each guest (goal: 5 MB)",
                "%.2f MB".formatted((with.bytes() - without.bytes()) / 1e6 / MANY));
        report(
                "CPU of the agent for each idle guest (goal: 1 % of a core)",
                "%.2f %%".formatted(100 * (with.cores() - without.cores()) / MANY));
        report(
                "QEMU itself: memory of an idle guest that has booted",
                "%.0f MB".formatted(residentBytes(ten.ids()) / 1e6));
        end(ten.ids());
    }

    /** Guests one can log in to, and how long that took. */
    private record Ordered(List<String> ids, double seconds) {}

    private Ordered order(int count) throws InterruptedException {
        long started = System.nanoTime();
        List<String> ids = ec2
                .runInstances(r -> r.imageId(image)
                        .instanceType("t1.tiny")
                        .keyName("bench")
                        .minCount(count)
                        .maxCount(count))
                .instances()
                .stream()
                .map(i -> i.instanceId())
                .toList();
        Parallel.run(count, count, n -> awaitLogin(ids.get(n)));
        return new Ordered(ids, (System.nanoTime() - started) / 1e9);
    }

    private void awaitLogin(String id) {
        long limit = System.nanoTime() + LIMIT.toNanos();
        try {
            while (!login(id)) {
                if (System.nanoTime() > limit) {
                    throw new IllegalStateException("There is no way in to " + id);
                }
                Thread.sleep(500);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private boolean login(String id) throws IOException, InterruptedException {
        // Before it stands in the file, ssh would ask a name server for it.
        if (!Files.readString(sandbox.guestHost().sshConfig()).contains(id)) {
            return false;
        }
        Process ssh = new ProcessBuilder(
                        "ssh",
                        "-F",
                        sandbox.guestHost().sshConfig().toString(),
                        "-o",
                        "ConnectTimeout=2",
                        "-o",
                        "BatchMode=yes",
                        "-i",
                        key().toString(),
                        "user@" + id,
                        "true")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("ssh.log").toFile())
                .start();
        try {
            return ssh.waitFor(10, TimeUnit.SECONDS) && ssh.exitValue() == 0;
        } finally {
            ssh.destroyForcibly();
        }
    }

    private void end(List<String> ids) throws InterruptedException {
        ec2.terminateInstances(r -> r.instanceIds(ids));
        while (!ec2.describeInstances(r -> r.instanceIds(ids)).reservations().stream()
                .flatMap(r -> r.instances().stream())
                .allMatch(i -> i.state().name() == InstanceStateName.TERMINATED)) {
            Thread.sleep(200);
        }
    }

    /** What this process, in which the agent is, needs while nothing happens. */
    private record Idle(double bytes, double cores) {}

    private static Idle idle() throws InterruptedException {
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        Thread.sleep(IDLE.dividedBy(4));
        long cpu = system.getProcessCpuTime();
        Thread.sleep(IDLE);
        double cores = (double) (system.getProcessCpuTime() - cpu) / IDLE.toNanos();
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long buffers = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return new Idle(heap + buffers, cores);
    }

    /** On average, from {@code VmRSS} of <a href="https://man7.org/linux/man-pages/man5/proc_pid_status.5.html">/proc/pid/status</a>. */
    private static double residentBytes(List<String> ids) {
        return ProcessHandle.current()
                .children()
                .filter(child ->
                        ids.stream().anyMatch(id -> read(child, "cmdline").contains(id)))
                .mapToLong(child -> read(child, "status")
                        .lines()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                        .sum())
                .average()
                .orElseThrow();
    }

    private static String read(ProcessHandle process, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), file), StandardCharsets.ISO_8859_1);
        } catch (IOException ended) {
            return "";
        }
    }
}
