package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.nephele.sandbox.standin.storage.Volume;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;

/**
 * Guests are started, stopped and written to, while guests, operator, facade and at times the whole sandbox are killed. What was written and synced is there afterwards, and
 * nothing is left that should not be. {@code -Dguests.operations=200} makes it long, {@code -Dguests.seed=<printed before>} makes the same choices again.
 */
class GuestChaosTest {

    private static final int GUESTS = 5;
    private static final int OPERATIONS = Integer.getInteger("guests.operations", 15);

    /** After so many operations the sandbox is killed, once more. */
    private static final int OPERATIONS_OF_A_LIFE = Math.max(10, OPERATIONS / 8);

    private static final Duration PATIENCE = Duration.ofMinutes(8);

    /** What is done to a guest that should run; one that should not is started. */
    private enum Operation {
        STOP,
        FORCE_STOP,
        REBOOT,
        WRITE,
        WRITE_MORE,
        PAUSE,
        REBOOT_FROM_WITHIN,
        POWER_OFF_FROM_WITHIN
    }

    @TempDir
    Path directory;

    private final AtomicInteger done = new AtomicInteger();

    /** By guest and name of the file: what was written, and is on the disk for all we were told. */
    private final Map<String, Map<String, String>> markers = new ConcurrentHashMap<>();

    @Test
    void whatWasWrittenStaysWhateverIsKilledAndNothingIsLeftInTheEnd() throws Exception {
        assumeTrue(Hypervisor.isInstalled(), "QEMU is not installed: " + Hypervisor.HINT);
        long seed = Long.getLong("guests.seed", System.nanoTime());
        System.out.println("guests.seed=" + seed);
        KillableSandbox all;
        try (var sandbox = new KillableSandbox(directory)) {
            all = sandbox;
            List<String> guests = order(sandbox);
            guests.parallelStream().forEach(id -> write(sandbox, id, "first"));
            liveAndKill(sandbox, guests, new Random(seed));
            for (String id : guests) {
                patiently(sandbox, ec2 -> ec2.startInstances(r -> r.instanceIds(id)));
            }
            for (String id : guests) {
                for (Map.Entry<String, String> marker : markers.get(id).entrySet()) {
                    assertThat(ssh(sandbox, id, "cat " + marker.getKey()))
                            .as("%s of %s", marker.getKey(), id)
                            .isEqualTo(marker.getValue());
                }
            }
            assertThat(sandbox.processes("qemu-system-x86_64 -name ")).hasSize(GUESTS);

            patiently(sandbox, ec2 -> ec2.stopInstances(r -> r.instanceIds(guests)));
            awaitState(sandbox, guests, InstanceStateName.STOPPED);
            assertThat(sandbox.processes("qemu-system-x86_64 -name ")).isEmpty();
            assertThat(sandbox.disks()).allSatisfy(GuestChaosTest::isSound);
            assertThat(disksOfClaims(sandbox)).hasSizeGreaterThan(GUESTS);
            thereIsNothingButDisks(sandbox);

            patiently(sandbox, ec2 -> ec2.terminateInstances(r -> r.instanceIds(guests)));
            awaitState(sandbox, guests, InstanceStateName.TERMINATED);
            await().atMost(PATIENCE).untilAsserted(() -> thereIsNothingButDisks(sandbox));
        }
        assertThat(all.leftOvers()).isEmpty();
        assertThat(directory.resolve("guests/sockets")).doesNotExist();
        // QEMU would have said that somebody else had a lock.
        assertThat(all.output()).content().doesNotContain("Failed to get");
    }

    private void liveAndKill(KillableSandbox sandbox, List<String> guests, Random seeds)
            throws InterruptedException, ExecutionException {
        var over = new AtomicBoolean();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var kills = new Random(seeds.nextLong());
            List<Future<?>> watchers = List.of(
                    executor.submit(() -> kill(sandbox, guests, kills, over)),
                    executor.submit(() -> watch(sandbox, over)));
            List<Future<?>> lives = new ArrayList<>();
            for (String id : guests) {
                var random = new Random(seeds.nextLong());
                lives.add(executor.submit(() -> live(sandbox, id, random)));
            }
            try {
                for (Future<?> life : lives) {
                    life.get();
                }
            } finally {
                over.set(true);
                for (Future<?> watcher : watchers) {
                    watcher.get();
                }
            }
        }
    }

    private static void watch(KillableSandbox sandbox, AtomicBoolean over) {
        await().forever().pollInterval(Duration.ofMillis(200)).until(() -> {
            assertThat(sandbox.disksOpenedTwice()).isEmpty();
            return over.get();
        });
    }

    private Path key() {
        return directory.resolve("alice.pem");
    }

    private List<String> order(KillableSandbox sandbox) throws IOException {
        String key = patiently(sandbox, ec2 -> ec2.createKeyPair(r -> r.keyName("alice")))
                .keyMaterial();
        Files.createFile(key(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(key(), key);
        String image = patiently(sandbox, Ec2Client::describeImages).images().stream()
                .filter(i -> i.name().equals(GuestImages.TINY))
                .findFirst()
                .orElseThrow()
                .imageId();
        return patiently(
                        sandbox,
                        ec2 -> ec2.runInstances(r -> r.imageId(image)
                                .instanceType("t1.tiny")
                                .keyName("alice")
                                .minCount(GUESTS)
                                .maxCount(GUESTS)))
                .instances()
                .stream()
                .map(i -> i.instanceId())
                .toList();
    }

    private void live(KillableSandbox sandbox, String id, Random random) {
        boolean runs = true;
        for (int n = 0; n < OPERATIONS / GUESTS; n++) {
            if (runs) {
                Operation operation = Operation.values()[random.nextInt(Operation.values().length)];
                log(id, operation.name());
                runs = operate(sandbox, id, n, operation);
            } else {
                log(id, "START");
                patiently(sandbox, ec2 -> ec2.startInstances(r -> r.instanceIds(id)));
                runs = true;
            }
            done.incrementAndGet();
        }
    }

    private static void log(String what, String how) {
        System.out.printf("%tT %s %s%n", System.currentTimeMillis(), what, how);
    }

    /** Returns whether the guest should run then. */
    private boolean operate(KillableSandbox sandbox, String id, int number, Operation operation) {
        switch (operation) {
            case STOP -> patiently(sandbox, ec2 -> ec2.stopInstances(r -> r.instanceIds(id)));
            case FORCE_STOP ->
                patiently(
                        sandbox, ec2 -> ec2.stopInstances(r -> r.instanceIds(id).force(true)));
            case REBOOT -> patiently(sandbox, ec2 -> ec2.rebootInstances(r -> r.instanceIds(id)));
            case WRITE, WRITE_MORE -> write(sandbox, id, "marker-" + number);
            case PAUSE -> pause(sandbox, id);
            case REBOOT_FROM_WITHIN -> ssh(sandbox, id, "sudo reboot || true");
            case POWER_OFF_FROM_WITHIN ->
                await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).until(() -> {
                    boolean off = states(sandbox, List.of(id)).contains(InstanceStateName.STOPPED);
                    if (!off) {
                        sandbox.trySsh(key(), id, "sudo poweroff");
                    }
                    return off;
                });
        }
        return switch (operation) {
            case STOP, FORCE_STOP, POWER_OFF_FROM_WITHIN -> false;
            case REBOOT, WRITE, WRITE_MORE, PAUSE, REBOOT_FROM_WITHIN -> true;
        };
    }

    private void write(KillableSandbox sandbox, String id, String name) {
        String content = id + " " + name + " " + System.nanoTime();
        assertThat(ssh(sandbox, id, "echo " + content + " > " + name + " && sync && cat " + name))
                .isEqualTo(content);
        markers.computeIfAbsent(id, _ -> new ConcurrentHashMap<>()).put(name, content);
    }

    /** One that does not run, or is gone before it is told to go on, is no matter. */
    private static void pause(KillableSandbox sandbox, String id) {
        String guest = "/apis/subresources.kubevirt.io/v1/namespaces/demo/virtualmachineinstances/" + id;
        for (String verb : List.of("/pause", "/unpause")) {
            try (var admin = sandbox.admin()) {
                admin.raw(guest + verb, "PUT", Map.of());
            } catch (KubernetesClientException e) {
                log(id, verb + ": " + e.getMessage());
            }
        }
    }

    private String ssh(KillableSandbox sandbox, String id, String command) {
        return await("ssh " + id + " " + command)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> sandbox.trySsh(key(), id, command), Objects::nonNull);
    }

    private static <T> T patiently(KillableSandbox sandbox, Function<Ec2Client, T> order) {
        return ChaosTest.patiently(() -> {
            try (Ec2Client ec2 = sandbox.ec2()) {
                return order.apply(ec2);
            }
        });
    }

    private static List<InstanceStateName> states(KillableSandbox sandbox, List<String> ids) {
        return patiently(sandbox, ec2 -> ec2.describeInstances(r -> r.instanceIds(ids))).reservations().stream()
                .flatMap(r -> r.instances().stream())
                .map(i -> i.state().name())
                .toList();
    }

    private static void awaitState(KillableSandbox sandbox, List<String> ids, InstanceStateName wanted) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(states(sandbox, ids)).containsOnly(wanted));
    }

    private void kill(KillableSandbox sandbox, List<String> guests, Random random, AtomicBoolean over) {
        try {
            for (int lives = 1; !over.get(); ) {
                Thread.sleep(2000 + random.nextInt(5000));
                if (done.get() >= lives * OPERATIONS_OF_A_LIFE && done.get() < OPERATIONS) {
                    lives++;
                    log("sandbox", "is killed");
                    sandbox.killAndStart();
                    log("sandbox", "is ready");
                    continue;
                }
                String victim = switch (random.nextInt(5)) {
                    case 0 -> "operator/target/quarkus-app";
                    case 1 -> "api-server/target/quarkus-app";
                    default -> "qemu-system-x86_64 -name demo_" + guests.get(random.nextInt(GUESTS));
                };
                List<ProcessHandle> processes = sandbox.processes(victim);
                log(victim, "is killed: " + processes.size());
                processes.forEach(ProcessHandle::destroyForcibly);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Every claim has its disk, and every file is a disk of a claim or lies under one. */
    private static void thereIsNothingButDisks(KillableSandbox sandbox) throws IOException {
        var expected = new HashSet<Path>();
        for (Path disk : disksOfClaims(sandbox)) {
            for (JsonNode layer : new ObjectMapper()
                    .readTree(qemuImg(Set.of(0), "info", "--output=json", "--backing-chain", disk.toString()))) {
                expected.add(Path.of(layer.path("filename").asText()));
            }
        }
        assertThat(sandbox.disks()).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static List<Path> disksOfClaims(KillableSandbox sandbox) {
        try (var admin = sandbox.admin()) {
            return admin.persistentVolumeClaims().inAnyNamespace().list().getItems().stream()
                    .map(claim -> sandbox.disk(Volume.name(claim)))
                    .toList();
        }
    }

    /** A process that is killed may leave clusters that nobody uses, of which qemu-img says 3; everything else is damage. */
    private static void isSound(Path disk) throws IOException {
        qemuImg(Set.of(0, 3), "check", disk.toString());
    }

    /** Returns what it printed. */
    private static String qemuImg(Set<Integer> good, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("qemu-img"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.onExit().join().exitValue())
                .as("%s: %s", command, said)
                .isIn(good);
        return said;
    }
}
