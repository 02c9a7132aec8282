package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.project.Project;
import io.nephele.crds.quota.Quota;
import io.nephele.crds.quota.QuotaStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A limit holds whichever door the orders come in by, and whatever is killed meanwhile. {@code -Dquota.rounds=10} does it ten times. */
class QuotaTest {

    private static final int ROUNDS = Integer.getInteger("quota.rounds", 1);

    @TempDir
    private static Path directory;

    private static Sandbox sandbox;
    private static Service second;
    private static Shell shell;

    @BeforeAll
    static void start() throws Exception {
        sandbox = Sandbox.start(Settings.in(directory)
                .withOperator(
                        "-Dquarkus.profile=prod",
                        "-Dnephele.quota.check-interval=2s",
                        // Short, so that it is replaced again and again while orders come in.
                        "-Dnephele.webhook.certificate-life=60s"));
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
        limit("demo", "{\"instances\":\"10\"}");
        for (int round = 0; round < ROUNDS; round++) {
            var aws = CompletableFuture.supplyAsync(
                    () -> shell.run("python3 sandbox/launcher/src/test/python/orders.py 50"));
            var kubectl = CompletableFuture.supplyAsync(() -> shell.run("""
                    for n in $(seq 50); do
                      printf '{apiVersion: nephele.io/v1alpha1, kind: Instance, metadata: {name: order-%s, namespace: demo}, spec: {instanceType: t1.tiny, image: tiny}}' $n |
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
            assertThat(repairs("demo")).isEmpty();

            victim.awaitReady();
            shell.run("kubectl -n demo delete instances --all --wait=false");
            await().atMost(Duration.ofMinutes(3)).until(() -> used("instances").equals("0"));
            await().atMost(Duration.ofMinutes(1)).until(() -> used("volumes").equals("0"));
        }
    }

    @Test
    void whoUsesHowMuchOfWhatIsAnsweredByKubectl() {
        assertThat(shell.run("kubectl get quota -A"))
                .contains("NAMESPACE", "INSTANCES", "RUNNING", "VCPUS", "MEMORY", "VOLUMES", "STORAGE")
                .contains("demo", "nephele-images");
    }

    @Test
    void growthIsChargedWhenItIsAskedForAndGivenBackWhenItGoes() {
        project(
                "grow",
                "{\"instances\":\"3\",\"vcpus\":\"3\",\"running-vcpus\":\"2\",\"storage.replicated\":\"10Gi\"}");
        order("grow", "one", "t1.small");
        order("grow", "two", "t1.small");
        assertThat(
                        refused(
                                "kubectl -n grow patch instance one --type merge -p '{\"spec\":{\"instanceType\":\"m1.medium\"}}'"))
                .contains("running-vcpus, asked for: 1, used: 2");
        shell.run("kubectl -n grow patch instance two --type merge -p '{\"spec\":{\"powerState\":\"Stopped\"}}'");
        await().until(() -> used("grow", "running-vcpus").equals("1"));
        shell.run("kubectl -n grow patch instance one --type merge -p '{\"spec\":{\"instanceType\":\"m1.medium\"}}'");
        assertThat(used("grow", "running-vcpus")).isEqualTo("2");
        assertThat(used("grow", "vcpus")).isEqualTo("3");
        assertThat(refused(
                        "kubectl -n grow patch instance two --type merge -p '{\"spec\":{\"powerState\":\"Running\"}}'"))
                .contains("running-vcpus, asked for: 1, used: 2, limit: 2");
        assertThat(refused("kubectl -n grow create --dry-run=server -f - <<< '" + instance("grow", "three", "t1.tiny")
                        + "'"))
                .contains("vcpus");
        // Six of ten GiB are used by two root volumes.
        assertThat(refused("kubectl -n grow patch volume $(kubectl -n grow get volumes -o name | head -1 | cut -d/ -f2)"
                        + " --type merge -p '{\"spec\":{\"size\":\"8Gi\"}}'"))
                .contains("storage.replicated, asked for: 5Gi, used: 6Gi, limit: 10Gi");
        shell.run("kubectl -n grow patch volume $(kubectl -n grow get volumes -o name | head -1 | cut -d/ -f2)"
                + " --type merge -p '{\"spec\":{\"size\":\"7Gi\"}}'");
        assertThat(used("grow", "storage.replicated")).isEqualTo("10Gi");

        shell.run(
                "kubectl -n grow patch instance one two --type merge -p '{\"spec\":{\"powerState\":\"Terminated\"}}'");
        await().atMost(Duration.ofMinutes(1))
                .until(() -> used("grow", "instances").equals("0"));
        await().atMost(Duration.ofMinutes(1))
                .until(() -> used("grow", "storage.replicated").equals("0"));
    }

    @Test
    void anInstanceWithoutRoomForItsDiskSaysSoAndGoesOnWhenThereIs() {
        project("disks", "{\"volumes\":\"0\"}");
        order("disks", "web", "t1.tiny");
        shell.run(
                "kubectl -n disks wait instance/web --for=jsonpath='{.status.conditions[?(@.type==\"Ready\")].reason}'=QuotaExceeded");
        assertThat(shell.run("kubectl -n disks get instance web -o jsonpath='{.status.stateReason.code}'"))
                .isEqualTo("Client.VolumeLimitExceeded");
        limit("disks", "{\"volumes\":\"1\"}");
        shell.run("kubectl -n disks wait instance/web --for=condition=Ready --timeout=60s");
    }

    @Test
    void usageThatIsNotWhatTheObjectsSayIsSetRightAndToldOf() {
        project("drift", "{}");
        order("drift", "web", "t1.small");
        await().atMost(Duration.ofMinutes(1))
                .until(() -> used("drift", "volumes").equals("1"));
        shell.run("kubectl -n drift patch quota.nephele.io quota --subresource=status --type merge"
                + " -p '{\"status\":{\"usage\":{\"instances\":\"7\"},\"members\":{\"bob\":{\"instances\":\"6\"}}}}'");
        await().atMost(Duration.ofMinutes(1))
                .until(() -> used("drift", "instances").equals("1"));
        assertThat(quota("drift").getStatus().members()).isEmpty();
        await().untilAsserted(() -> assertThat(repairs("drift")).contains("instances 7 → 1"));
    }

    @Test
    void whatStopsWhileNoWebhookAnswersStopsAndIsCountedLater() throws Exception {
        project("down", "{}");
        order("down", "web", "t1.small");
        await().atMost(Duration.ofMinutes(1))
                .until(() -> used("down", "volumes").equals("1"));
        sandbox.operator().pause();
        second.pause();
        try {
            shell.run("kubectl -n down patch instance web --type merge -p '{\"spec\":{\"powerState\":\"Stopped\"}}'");
            assertThat(shell.tryRun("kubectl create -f - <<< '" + instance("down", "more", "t1.tiny") + "'")
                            .error())
                    .contains("failed calling webhook");
        } finally {
            sandbox.operator().resume();
            second.resume();
            sandbox.operator().awaitReady();
            second.awaitReady();
        }
        await().atMost(Duration.ofMinutes(2))
                .until(() -> used("down", "running-vcpus").equals("0"));
        assertThat(used("down", "vcpus")).isEqualTo("1");
    }

    @Test
    void theCertificateOfTheWebhooksIsReplacedAndNobodyNotices() {
        String first = certificate();
        project("rotation", "{\"instances\":\"unlimited\",\"vcpus\":\"unlimited\",\"memory\":\"unlimited\"}");
        for (int n = 0; certificate().equals(first) || n < 5; n++) {
            order("rotation", "web-" + n, "t1.tiny");
        }
        // Each replica has the new one before the old one ends.
        for (int n = 0; n < 15; n++) {
            order("rotation", "more-" + n, "t1.tiny");
        }
        shell.run("kubectl -n rotation delete instances --all --wait=false");
    }

    private static String certificate() {
        return shell.run("kubectl -n nephele-system get secret nephele-webhook-tls -o jsonpath='{.data.tls\\.crt}'");
    }

    private static String repairs(String project) {
        return shell.run("kubectl -n " + project
                + " get events --field-selector reason=UsageRepaired -o jsonpath='{.items[*].message}'");
    }

    private static void project(String name, String limits) {
        shell.run("kubectl create -f - <<< '{apiVersion: nephele.io/v1alpha1, kind: Project, metadata: {name: " + name
                + "}, spec: {}}'");
        await().atMost(Duration.ofMinutes(1)).until(() -> quota(name) != null);
        limit(name, limits);
    }

    private static void order(String project, String name, String type) {
        shell.run("kubectl create -f - <<< '" + instance(project, name, type) + "'");
    }

    private static String instance(String project, String name, String type) {
        return "{apiVersion: nephele.io/v1alpha1, kind: Instance, metadata: {name: " + name + ", namespace: " + project
                + "}, spec: {instanceType: " + type + ", image: tiny}}";
    }

    private static String refused(String command) {
        Shell.Result result = shell.tryRun(command);
        assertThat(result.status()).as(command + result.output()).isNotZero();
        assertThat(result.error()).contains("(Forbidden)", "exceeded quota");
        return result.error();
    }

    private static List<Instance> instances() {
        return sandbox.admin()
                .resources(Instance.class)
                .inNamespace("demo")
                .list()
                .getItems();
    }

    private static Quota quota(String project) {
        return sandbox.admin()
                .resources(Quota.class)
                .inNamespace(project)
                .withName(Quota.NAME)
                .get();
    }

    private static String used(String resource) {
        return used("demo", resource);
    }

    private static String used(String project, String resource) {
        QuotaStatus status = quota(project).getStatus();
        Map<String, String> usage = status == null ? null : status.usage();
        return usage == null ? "0" : usage.getOrDefault(resource, "0");
    }

    private static void limit(String project, String limits) {
        KubernetesClient client = sandbox.admin();
        Project agreed = client.resources(Project.class)
                .withName(project)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"spec\":{\"memberLimits\":null,\"limits\":" + limits + "}}");
        // After a killed leader it takes a while until there is one again.
        await().atMost(Duration.ofMinutes(1))
                .until(() -> Objects.requireNonNull(quota(project).getSpec().limits())
                        .entrySet()
                        .containsAll(Objects.requireNonNull(agreed.getSpec().limits())
                                .entrySet()));
    }
}
