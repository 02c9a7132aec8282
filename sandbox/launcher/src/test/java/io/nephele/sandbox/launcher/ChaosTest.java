package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceState;
import io.nephele.crds.keypair.KeyPair;
import io.nephele.crds.volume.Volume;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;

/** Operator and facade are killed again and again while orders come in; in the end there is exactly what was asked for. */
class ChaosTest {

    private static final int INSTANCES = 56;
    private static final int CLIENTS = 8;

    /** What is done to an Instance after its creation; with the creations about 200 orders. */
    private enum Order {
        STOP,
        START,
        TERMINATE
    }

    @TempDir
    Path directory;

    @Test
    void killingOperatorAndFacadeAtAnyMomentLeavesExactlyWhatWasAskedFor() throws Exception {
        long seed = Long.getLong("chaos.seed", System.nanoTime());
        System.out.println("chaos.seed=" + seed);
        try (Sandbox sandbox = Sandbox.start(Settings.in(directory));
                Ec2Client ec2 = client(sandbox)) {
            Map<String, InstanceState> wanted = new ConcurrentHashMap<>();
            var over = new AtomicBoolean();
            Thread killer = Thread.ofVirtual().start(() -> kill(sandbox, new Random(seed), over));
            String image =
                    patiently(() -> ec2.describeImages().images().getFirst().imageId());

            List<Future<?>> clients = new ArrayList<>();
            try (var executor = Executors.newFixedThreadPool(CLIENTS)) {
                for (int n = 0; n < INSTANCES; n++) {
                    int number = n;
                    clients.add(executor.submit(() -> order(ec2, image, number, new Random(seed + number), wanted)));
                }
                for (Future<?> client : clients) {
                    client.get();
                }
            }
            over.set(true);
            killer.join();
            sandbox.operator().awaitReady();
            sandbox.facade().awaitReady();

            assertThat(wanted).hasSize(INSTANCES);
            KubernetesClient admin = sandbox.admin();
            await().atMost(Duration.ofMinutes(5))
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> {
                        assertThat(states(admin)).isEqualTo(new TreeMap<>(wanted));
                        Set<String> kept = wanted.entrySet().stream()
                                .filter(entry -> entry.getValue() != InstanceState.Terminated)
                                .map(Map.Entry::getKey)
                                .collect(Collectors.toCollection(TreeSet::new));
                        Set<String> running = wanted.entrySet().stream()
                                .filter(entry -> entry.getValue() == InstanceState.Running)
                                .map(Map.Entry::getKey)
                                .collect(Collectors.toSet());
                        // One that was stopped before its first start has a disk and no VM yet.
                        Set<String> vms = names(admin, "kubevirt.io/v1", "VirtualMachine");
                        assertThat(vms).isSubsetOf(kept).containsAll(running);
                        assertThat(names(admin, "kubevirt.io/v1", "VirtualMachineInstance"))
                                .isEqualTo(running);
                        Set<String> volumes =
                                admin.resources(Volume.class).inNamespace("demo").list().getItems().stream()
                                        .map(v -> v.getMetadata().getName())
                                        .collect(Collectors.toCollection(TreeSet::new));
                        assertThat(volumes).hasSize(kept.size());
                        assertThat(names(admin, "cdi.kubevirt.io/v1beta1", "DataVolume"))
                                .isEqualTo(volumes);
                        assertThat(names(admin, "v1", "PersistentVolumeClaim")).isEqualTo(volumes);
                    });
            assertThat(admin.resources(KeyPair.class).inNamespace("demo").list().getItems())
                    .hasSize(INSTANCES / 2);
        }
    }

    private static void order(
            Ec2Client ec2, String image, int number, Random random, Map<String, InstanceState> wanted) {
        String token = "chaos-" + number;
        if (number % 2 == 0) {
            patiently(() -> createKeyPair(ec2, "key-" + number));
        }
        String id = patiently(() -> ec2.runInstances(r -> r.imageId(image)
                        .instanceType("t1.tiny")
                        .minCount(1)
                        .maxCount(1)
                        .clientToken(token))
                .instances()
                .getFirst()
                .instanceId());
        InstanceState state = InstanceState.Running;
        wanted.put(id, state);
        for (int i = 0; i < 3 && state != InstanceState.Terminated; i++) {
            state = switch (state == InstanceState.Stopped && i < 2 ? Order.START : Order.values()[random.nextInt(3)]) {
                case STOP -> {
                    patiently(() -> ec2.stopInstances(r -> r.instanceIds(id)));
                    yield InstanceState.Stopped;
                }
                case START -> {
                    patiently(() -> ec2.startInstances(r -> r.instanceIds(id)));
                    yield InstanceState.Running;
                }
                case TERMINATE -> {
                    patiently(() -> ec2.terminateInstances(r -> r.instanceIds(id)));
                    yield InstanceState.Terminated;
                }
            };
            wanted.put(id, state);
        }
    }

    private static String createKeyPair(Ec2Client ec2, String name) {
        try {
            return ec2.createKeyPair(r -> r.keyName(name).keyType("ed25519")).keyPairId();
        } catch (AwsServiceException e) {
            if ("InvalidKeyPair.Duplicate".equals(e.awsErrorDetails().errorCode())) {
                return name; // the answer to the first attempt was lost with the facade
            }
            throw e;
        }
    }

    /** Repeats an order until the facade has answered it: it may be down, or may refuse what is not possible in this moment. */
    static <T> T patiently(Supplier<T> order) {
        long limit = System.nanoTime() + Duration.ofMinutes(8).toNanos();
        while (true) {
            try {
                return order.get();
            } catch (SdkClientException e) {
                pause(limit, e);
            } catch (AwsServiceException e) {
                String code = String.valueOf(e.awsErrorDetails().errorCode());
                if (e.statusCode() < 500 && !code.equals("IncorrectInstanceState")) {
                    throw new AssertionError(
                            e.statusCode() + " " + code + ": "
                                    + e.awsErrorDetails().rawResponse().asUtf8String(),
                            e);
                }
                pause(limit, e);
            }
        }
    }

    private static void pause(long limit, RuntimeException e) {
        if (System.nanoTime() > limit) {
            throw e;
        }
        try {
            Thread.sleep(200);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static void kill(Sandbox sandbox, Random random, AtomicBoolean over) {
        try {
            while (!over.get()) {
                Thread.sleep(500 + random.nextInt(3500));
                Service victim = random.nextBoolean() ? sandbox.operator() : sandbox.facade();
                victim.kill();
                // On a slow machine nothing would ever be done if it were killed again while it starts.
                Thread.sleep(600);
                victim.awaitReady();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Map<String, InstanceState> states(KubernetesClient admin) {
        return admin.resources(Instance.class).inNamespace("demo").list().getItems().stream()
                .collect(Collectors.toMap(
                        i -> i.getMetadata().getName(), InstanceState::shown, (a, b) -> a, TreeMap::new));
    }

    private static Set<String> names(KubernetesClient admin, String apiVersion, String kind) {
        return admin.genericKubernetesResources(apiVersion, kind).inNamespace("demo").list().getItems().stream()
                .map(HasMetadata::getMetadata)
                .map(m -> m.getName())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Ec2Client client(Sandbox sandbox) {
        return Ec2Client.builder()
                .endpointOverride(URI.create(sandbox.endpoint()))
                .region(Region.of("nephele-1"))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        sandbox.tenant().accessKeyId(), sandbox.tenant().secretAccessKey())))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }
}
