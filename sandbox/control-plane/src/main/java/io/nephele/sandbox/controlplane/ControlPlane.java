package io.nephele.sandbox.controlplane;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A running Kubernetes API: etcd, kube-apiserver and kube-controller-manager (garbage collector, namespaces, volume protection; no scheduler, no kubelet), all
 * on 127.0.0.1. State and certificates live in one directory; started again on the same directory it goes on where it was.
 */
public final class ControlPlane implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    /** Counts every write, with its user agent and verb: what the benchmark reads. */
    private static final String AUDIT_POLICY = """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules:
            - level: Metadata
              verbs: [create, update, patch, delete, deletecollection]
            - level: None
            """;

    /** Who collects garbage: admission policies know it by this name. */
    private static final String CONTROLLER_MANAGER = "system:kube-controller-manager";

    private final Settings settings;
    private final Binaries binaries = Binaries.locate();
    private final List<ChildProcess> processes = new ArrayList<>();

    /**
     * What may be chosen.
     *
     * @param directory holds all state; made if absent
     * @param port of the API server
     * @param users who may log in with a bearer token, beside the administrator
     * @param audit whether writes are recorded in {@link #auditLog()}
     * @param authentication an AuthenticationConfiguration: whose tokens are believed, beside those of {@code users}
     */
    public record Settings(
            Path directory,
            int port,
            List<User> users,
            boolean audit,
            @Nullable Path authentication) {}

    /** A user of the static token file. */
    public record User(String name, String token, List<String> groups) {}

    private ControlPlane(Settings settings) {
        this.settings = settings;
    }

    /** Starts everything and returns when the API server is ready. */
    public static ControlPlane start(Settings settings) {
        var controlPlane = new ControlPlane(settings);
        try {
            controlPlane.startAll();
            return controlPlane;
        } catch (IOException e) {
            controlPlane.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            controlPlane.close();
            throw e;
        }
    }

    private void startAll() throws IOException {
        Path directory = settings.directory();
        Path pki = directory.resolve("pki");
        Path logs = directory.resolve("logs");
        Files.createDirectories(logs);
        Pki.in(pki);
        writeTokens(directory.resolve("tokens.csv"));
        Files.writeString(kubeconfig(), kubeconfigFor("admin", adminToken()));
        Files.writeString(controllerManagerKubeconfig(), kubeconfigFor(CONTROLLER_MANAGER, controllerManagerToken()));
        Files.writeString(directory.resolve("audit-policy.yaml"), AUDIT_POLICY);

        int etcdPort = Ports.free();
        int peerPort = Ports.free();
        start(
                "etcd",
                List.of(
                        binaries.path("etcd"),
                        "--data-dir=" + directory.resolve("etcd"),
                        "--listen-client-urls=http://127.0.0.1:" + etcdPort,
                        "--advertise-client-urls=http://127.0.0.1:" + etcdPort,
                        "--listen-peer-urls=http://127.0.0.1:" + peerPort,
                        "--initial-advertise-peer-urls=http://127.0.0.1:" + peerPort,
                        "--initial-cluster=default=http://127.0.0.1:" + peerPort,
                        // A sandbox may lose its last second when the machine loses power; it never loses it to a
                        // killed process.
                        "--unsafe-no-fsync",
                        "--auto-compaction-retention=5m",
                        "--log-level=warn"));

        var apiServer = new ArrayList<>(List.of(
                binaries.path("kube-apiserver"),
                "--etcd-servers=http://127.0.0.1:" + etcdPort,
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--secure-port=" + settings.port(),
                "--tls-cert-file=" + pki.resolve("apiserver.crt"),
                "--tls-private-key-file=" + pki.resolve("apiserver.key"),
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + pki.resolve("service-account.pub"),
                "--service-account-signing-key-file=" + pki.resolve("service-account.key"),
                "--token-auth-file=" + directory.resolve("tokens.csv"),
                "--authorization-mode=RBAC",
                "--service-cluster-ip-range=10.96.0.0/16",
                "--allow-privileged",
                // There is no controller here that makes the service accounts which this plugin asks for.
                "--disable-admission-plugins=ServiceAccount",
                "--kubelet-client-certificate=" + pki.resolve("kubelet-client.crt"),
                "--kubelet-client-key=" + pki.resolve("kubelet-client.key"),
                "--kubelet-preferred-address-types=InternalIP",
                "--requestheader-client-ca-file=" + pki.resolve("ca.crt"),
                "--requestheader-allowed-names=front-proxy-client",
                "--requestheader-username-headers=X-Remote-User",
                "--requestheader-group-headers=X-Remote-Group",
                "--requestheader-extra-headers-prefix=X-Remote-Extra-",
                "--proxy-client-cert-file=" + pki.resolve("front-proxy-client.crt"),
                "--proxy-client-key-file=" + pki.resolve("front-proxy-client.key"),
                "--shutdown-delay-duration=0s"));
        if (settings.audit()) {
            apiServer.add("--audit-policy-file=" + directory.resolve("audit-policy.yaml"));
            apiServer.add("--audit-log-path=" + auditLog());
            apiServer.add("--audit-log-mode=batch");
            apiServer.add("--audit-log-maxbackup=10");
        }
        if (settings.authentication() != null) {
            apiServer.add("--authentication-config=" + settings.authentication());
        }
        ChildProcess server = start("kube-apiserver", apiServer);
        // A client that does not try again by itself: the loop does.
        Config once = new ConfigBuilder(config(adminToken()))
                .withRequestRetryBackoffLimit(0)
                .build();
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(once).build()) {
            await("kube-apiserver", server, () -> ready(client));
        }

        start(
                "kube-controller-manager",
                List.of(
                        binaries.path("kube-controller-manager"),
                        "--kubeconfig=" + controllerManagerKubeconfig(),
                        "--leader-elect=false",
                        "--secure-port=0",
                        "--controllers=garbage-collector-controller,namespace-controller,clusterrole-aggregation-controller,"
                                + "persistentvolumeclaim-protection-controller",
                        "--kube-api-qps=200",
                        "--kube-api-burst=400"));
    }

    private ChildProcess start(String name, List<String> command) {
        var process = ChildProcess.start(
                name, command, Map.of(), settings.directory().resolve("logs").resolve(name + ".log"));
        processes.add(process);
        return process;
    }

    private static boolean ready(KubernetesClient client) {
        try {
            return "ok".equals(client.raw("/readyz"));
        } catch (KubernetesClientException notYet) {
            return false;
        }
    }

    private static void await(String what, ChildProcess process, BooleanSupplier condition) {
        Instant limit = Instant.now().plus(START_LIMIT);
        while (!condition.getAsBoolean()) {
            if (!process.isAlive()) {
                throw new IllegalStateException(what + " ended while starting:\n" + process.lastOutput());
            }
            if (Instant.now().isAfter(limit)) {
                throw new IllegalStateException(
                        what + " is not ready after " + START_LIMIT + ":\n" + process.lastOutput());
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while " + what + " was starting", e);
            }
        }
    }

    private void writeTokens(Path file) throws IOException {
        var lines = new StringBuilder();
        var users = new ArrayList<>(List.of(
                new User("admin", adminToken(), List.of("system:masters")),
                new User(CONTROLLER_MANAGER, controllerManagerToken(), List.of("system:masters"))));
        users.addAll(settings.users());
        for (User user : users) {
            lines.append(user.token())
                    .append(',')
                    .append(user.name())
                    .append(',')
                    .append(user.name());
            lines.append(",\"").append(String.join(",", user.groups())).append("\"\n");
        }
        Files.writeString(file, lines);
    }

    /** A secret of 128 random bits. */
    public static String randomToken() {
        return Pki.randomToken();
    }

    /** The programs it runs, with a kubectl of the same version beside them. */
    public Binaries binaries() {
        return binaries;
    }

    public String url() {
        return "https://127.0.0.1:" + settings.port();
    }

    /** Certificates and keys: {@code ca.crt}, and {@code stand-in.crt}/{@code .key} for servers of the sandbox itself. */
    public Path pki() {
        return settings.directory().resolve("pki");
    }

    /** The administrator's kubeconfig. */
    public Path kubeconfig() {
        return settings.directory().resolve("kubeconfig");
    }

    /** One JSON line per write, if {@link Settings#audit()}. */
    public Path auditLog() {
        return settings.directory().resolve("audit.log");
    }

    /** The administrator's bearer token. */
    public String adminToken() {
        return token("admin");
    }

    private String controllerManagerToken() {
        return token("controller-manager");
    }

    private String token(String name) {
        try {
            return Files.readString(pki().resolve(name + ".token"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path controllerManagerKubeconfig() {
        return settings.directory().resolve("controller-manager.kubeconfig");
    }

    /** A kubeconfig for a bearer token, self-contained. */
    public String kubeconfigFor(String user, String token) throws IOException {
        return kubeconfigWith(user, "{token: \"%s\"}".formatted(token));
    }

    /** A kubeconfig for a user with other credentials, given as YAML on one line. */
    public String kubeconfigWith(String user, String credentials) throws IOException {
        String ca = java.util.Base64.getEncoder().encodeToString(Files.readAllBytes(pki().resolve("ca.crt")));
        return """
                apiVersion: v1
                kind: Config
                clusters:
                - name: nephele
                  cluster: {server: "%s", certificate-authority-data: %s}
                users:
                - name: %s
                  user: %s
                contexts:
                - name: nephele
                  context: {cluster: nephele, user: "%s"}
                current-context: nephele
                """.formatted(url(), ca, user, credentials, user);
    }

    /** A client for a bearer token; the caller closes it. */
    public KubernetesClient client(String token) {
        return new KubernetesClientBuilder().withConfig(config(token)).build();
    }

    /** A client of the administrator; the caller closes it. */
    public KubernetesClient adminClient() {
        return client(adminToken());
    }

    /** How to reach the API server with a bearer token. */
    public Config config(String token) {
        return new ConfigBuilder(Config.empty())
                .withMasterUrl(url())
                .withCaCertFile(pki().resolve("ca.crt").toString())
                .withOauthToken(token)
                .build();
    }

    /** The processes, in the order in which they were started. */
    public List<ChildProcess> processes() {
        return List.copyOf(processes);
    }

    /** Stops everything, the API server before etcd. */
    @Override
    public void close() {
        processes.reversed().forEach(ChildProcess::close);
        processes.clear();
    }
}
