package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.quota.Quota;
import io.nephele.crds.quota.QuotaStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A limit holds whichever door the orders come in by, and whatever is killed meanwhile. {@code -Dquota.rounds=10} does it ten times. */
class QuotaTest {

    private static final int ROUNDS = Integer.getInteger("quota.rounds", 2);

    @TempDir
    private static Path directory;

    private static Sandbox sandbox;
    private static Service second;
    private static Shell shell;

    @BeforeAll
    static void start() throws Exception {
        // Nothing is repaired while this runs: what is counted is what was charged.
        sandbox = Sandbox.start(new Settings(
                Settings.sourceTree(),
                directory,
                false,
                null,
                List.of("-Dquarkus.profile=prod", "-Dnephele.quota.check-interval=10h")));
        second = sandbox.startAnotherOperator();
        second.awaitReady();
        shell = new Shell(sandbox, directory);
    }

    @AfterAll
    static void stop() {
        sandbox.close();
    }

    @Test
    void aHundredOrdersAtOnceComeToTheLimitAndNoFurther() throws Exception {
        long seed = Long.getLong("quota.seed", System.nanoTime());
        System.out.println("quota.seed=" + seed);
        var random = new Random(seed);
        limit("{\"instances\":\"10\"}");
        for (int round = 0; round < ROUNDS; round++) {
            var aws = CompletableFuture.supplyAsync(
                    () -> shell.run("python3 sandbox/launcher/src/test/python/orders.py 50"));
            var kubectl = CompletableFuture.supplyAsync(() -> shell.run("""
                    for n in $(seq 50); do
                      printf '{apiVersion: nephele.io/v1alpha1, kind: Instance, metadata: {name: order-%s, namespace: demo}, spec: {instanceType: t1.tiny, image: debian-13}}' $n |
                        kubectl create -f - >>$HOME/created 2>>$HOME/refused &
                    done
                    wait"""));
            await().atMost(Duration.ofMinutes(1)).until(() -> !instances().isEmpty());
            Thread.sleep(random.nextInt(300));
            Service victim = random.nextBoolean() ? sandbox.operator() : second;
            victim.kill();

            assertThat(aws.join()).contains("refused");
            kubectl.join();
            assertThat(instances()).as("round " + round).hasSize(10);
            assertThat(used("instances")).isEqualTo("10");
            assertThat(used("vcpus")).isEqualTo("10");

            victim.awaitReady();
            shell.run("kubectl -n demo delete instances --all --wait=false");
            await().atMost(Duration.ofMinutes(3)).until(() -> used("instances").equals("0"));
            await().atMost(Duration.ofMinutes(1)).until(() -> used("volumes").equals("0"));
        }
    }

    private static List<Instance> instances() {
        return sandbox.admin()
                .resources(Instance.class)
                .inNamespace("demo")
                .list()
                .getItems();
    }

    private static Quota quota() {
        return sandbox.admin()
                .resources(Quota.class)
                .inNamespace("demo")
                .withName(Quota.NAME)
                .get();
    }

    private static String used(String resource) {
        QuotaStatus status = quota().getStatus();
        Map<String, String> usage = status == null ? null : status.usage();
        return usage == null ? "0" : usage.getOrDefault(resource, "0");
    }

    private static void limit(String limits) {
        KubernetesClient client = sandbox.admin();
        client.resources(Quota.class)
                .inNamespace("demo")
                .withName(Quota.NAME)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"limits\":" + limits + "}}");
    }
}
