package io.nephele.sandbox.launcher.bench;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.crds.keypair.KeyPair;
import io.nephele.crds.keypair.KeyPairSpec;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectSpec;
import io.nephele.crds.quota.Quota;
import io.nephele.sandbox.launcher.Sandbox;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;

/** What it costs to be charged: KeyPairs, behind which no reconciler stands, created with and without the webhooks. */
final class Charges {

    private static final int COUNT = 1000;
    private static final int CLIENTS = 32;
    private static final int PROJECTS = 10;

    /** The API server learns of webhooks by its own watch. */
    private static final Duration NOTICE = Duration.ofSeconds(2);

    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl bench";

    private final Sandbox sandbox;
    private final KubernetesClient client;

    Charges(Sandbox sandbox) {
        this.sandbox = sandbox;
        this.client = sandbox.admin();
    }

    /** Measures; {@code report} takes what and how much. */
    void run(BiConsumer<String, String> report) throws InterruptedException {
        for (int n = 0; n < PROJECTS; n++) {
            var project = new Project();
            project.setMetadata(new ObjectMetaBuilder().withName("charges-" + n).build());
            project.setSpec(ProjectSpec.of(null, null, false));
            client.resource(project).create();
        }
        for (int n = 0; n < PROJECTS; n++) {
            while (client.resources(Quota.class)
                            .inNamespace("charges-" + n)
                            .withName(Quota.NAME)
                            .get()
                    == null) {
                Thread.sleep(100);
            }
        }
        rate("warm", PROJECTS);
        Instant from = Instant.now();
        double one = rate("one", 1);
        // The API server writes its audit log in batches.
        Thread.sleep(3000);
        long writes = new AuditLog(sandbox.controlPlane().auditLog())
                .since(from).stream()
                        .filter(w -> w.resource().equals("quotas/status"))
                        .count();
        double ten = rate("ten", PROJECTS);
        double free = withoutWebhooks(client, () -> rate("free", 1));
        report.accept(
                "Objects that cost, created by %d clients at once in one project (goal: 50/s)".formatted(CLIENTS),
                "%.0f/s".formatted(one));
        report.accept("The same over %d projects (goal: 100/s)".formatted(PROJECTS), "%.0f/s".formatted(ten));
        report.accept("The same without the webhooks", "%.0f/s".formatted(free));
        report.accept(
                "**Rate with the charge in one project / rate without**", "**%.0f %%**".formatted(100 * one / free));
        report.accept("Writes of a Quota for each charge (goal: at most 1)", "%.2f".formatted((double) writes / COUNT));
    }

    private double rate(String prefix, int projects) throws InterruptedException {
        Duration took = Parallel.run(CLIENTS, COUNT, i -> {
            var key = new KeyPair();
            key.setMetadata(new ObjectMetaBuilder()
                    .withName(prefix + "-" + i)
                    .withNamespace("charges-" + i % projects)
                    .build());
            key.setSpec(new KeyPairSpec(KEY, null, null, null, null));
            client.resource(key).create();
        });
        return COUNT / (took.toNanos() / 1e9);
    }

    /** Does something while the API server asks nobody. */
    static <T> T withoutWebhooks(KubernetesClient client, Work<T> work) throws InterruptedException {
        var registration = client.admissionRegistration().v1();
        List<HasMetadata> configurations = List.of(
                registration.mutatingWebhookConfigurations().withName("nephele").require(),
                registration
                        .validatingWebhookConfigurations()
                        .withName("nephele")
                        .require());
        configurations.forEach(configuration -> client.resource(configuration).delete());
        Thread.sleep(NOTICE);
        try {
            return work.get();
        } finally {
            configurations.forEach(configuration -> {
                configuration.getMetadata().setResourceVersion(null);
                configuration.getMetadata().setUid(null);
                client.resource(configuration).create();
            });
            Thread.sleep(NOTICE);
        }
    }

    /** Something that takes time. */
    @FunctionalInterface
    interface Work<T> {
        T get() throws InterruptedException;
    }
}
