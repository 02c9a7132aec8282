package io.nephele.sandbox.launcher;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.sandbox.controlplane.ControlPlane;
import io.nephele.sandbox.controlplane.Pki;
import io.nephele.sandbox.controlplane.Ports;
import io.nephele.sandbox.standin.HttpsEndpoint;
import io.nephele.sandbox.standin.StandInCrds;
import io.nephele.sandbox.standin.cdi.Cdi;
import io.nephele.sandbox.standin.kubevirt.KubeVirt;
import io.nephele.sandbox.standin.qemu.Acceleration;
import io.nephele.sandbox.standin.qemu.GuestHost;
import io.nephele.sandbox.standin.storage.DiskStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running cloud. Control plane, operator and facade are processes of their own that die with this one; the stand-in runs in this process.
 *
 * <p>All state is in one directory. Started again on the same directory it goes on where it was.
 */
public final class Sandbox implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Sandbox.class);

    static final String SYSTEM_NAMESPACE = "nephele-system";
    private static final String SERVICE_ACCOUNT = "system:serviceaccount:" + SYSTEM_NAMESPACE + ":";

    /** These run as processes here, so the chart's objects for them are left out. */
    private static final Set<String> NOT_APPLIED =
            Set.of("Deployment", "PodDisruptionBudget", "Service", "NetworkPolicy", "Ingress", "ServiceMonitor");

    /** The API server of a cluster that exists does not reach this machine. */
    private static final Set<String> WEBHOOKS =
            Set.of("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration");

    private final Settings settings;
    private final Deque<AutoCloseable> closeables = new ArrayDeque<>();
    private @Nullable ControlPlane controlPlane;
    private @Nullable KubeVirt kubeVirt;
    private @Nullable Keycloak keycloak;
    private @Nullable GuestHost guestHost;
    private final @Nullable ExistingCluster existing;
    private final KubernetesClient admin;
    private final ServiceProxy webhooks;
    private final Service operator;
    private final Service facade;
    private final String endpoint;
    private final Tenant tenant;

    /** The access key of the example project. */
    public record Tenant(String accessKeyId, String secretAccessKey) {}

    /** Starts everything and returns when an order would be carried out. */
    public static Sandbox start(Settings settings) throws IOException, InterruptedException {
        return new Sandbox(settings);
    }

    @SuppressWarnings("MustBeClosed")
    private Sandbox(Settings settings) throws IOException, InterruptedException {
        this.settings = settings;
        Files.createDirectories(settings.directory());
        Files.deleteIfExists(settings.directory().resolve("env"));
        try {
            existing = settings.kubeconfig() == null ? null : own(ExistingCluster.of(settings.kubeconfig()));
            admin = existing == null ? own(startControlPlane()) : existing.client();
            webhooks = own(new ServiceProxy(port(16446)));
            var left = new HashSet<>(NOT_APPLIED);
            if (existing != null) {
                left.addAll(WEBHOOKS);
            }
            new Installation(admin, settings.home()).applyChart(left, "https://127.0.0.1:" + webhooks.port());
            if (existing != null) {
                existing.writeKubeconfig("nephele-operator", kubeconfigOf("operator"));
                existing.writeKubeconfig("nephele-api-server", kubeconfigOf("api-server"));
            }
            int facadePort = port(8773);
            endpoint = "http://127.0.0.1:" + facadePort;
            operator = own(startOperator("operator"));
            facade = own(startFacade("api-server", facadePort, Map.of()));
            operator.awaitReady();
            facade.awaitReady();
            var examples = new Examples(admin);
            examples.create(images(), existing == null);
            var file = new TenantFile(settings.directory().resolve("tenant"));
            tenant = examples.accessKey(Examples.PROJECT, Examples.USER, file.read());
            file.write(tenant);
            if (keycloak != null) {
                keycloak.awaitReady();
                new TokenLogin(keycloak.issuer()).await(admin);
            }
            writeEnv();
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T own(T closeable) {
        closeables.push(closeable);
        return closeable;
    }

    private int port(int preferred) {
        return settings.fixedPorts() ? Ports.preferring(preferred) : Ports.free();
    }

    private KubernetesClient startControlPlane() throws IOException, InterruptedException {
        String operatorToken = token("operator");
        String facadeToken = token("api-server");
        String cdiToken = token("cdi");
        var groups = List.of("system:serviceaccounts", "system:serviceaccounts:" + SYSTEM_NAMESPACE);
        var users = List.of(
                new ControlPlane.User(SERVICE_ACCOUNT + "nephele-operator", operatorToken, groups),
                new ControlPlane.User(SERVICE_ACCOUNT + "nephele-api-server", facadeToken, groups),
                // By its name the chart's policy knows who may delete the claims of volumes.
                new ControlPlane.User("system:serviceaccount:cdi:cdi-sa", cdiToken, List.of("system:masters")));
        Path directory = settings.directory().resolve("control-plane");
        Path authentication = settings.keycloak() ? startKeycloak(Pki.in(directory.resolve("pki"))) : null;
        var started =
                own(ControlPlane.start(new ControlPlane.Settings(directory, port(16443), users, true, authentication)));
        controlPlane = started;
        Files.writeString(kubeconfigOf("operator"), started.kubeconfigFor("operator", operatorToken));
        Files.writeString(kubeconfigOf("api-server"), started.kubeconfigFor("api-server", facadeToken));
        KubernetesClient client = started.adminClient();
        StandInCrds.install(client);
        try {
            var https = own(new HttpsEndpoint(started.pki(), port(16444)));
            if (settings.hypervisor() == Hypervisor.QEMU) {
                guestHost = own(startGuestHost());
            }
            DiskStore disks = guestHost == null ? null : guestHost.disks();
            own(Cdi.start(own(started.client(cdiToken)), https, io.nephele.sandbox.standin.cdi.Timings.SANDBOX, disks));
            kubeVirt =
                    own(KubeVirt.start(client, https, io.nephele.sandbox.standin.kubevirt.Timings.SANDBOX, guestHost));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return client;
    }

    /** It takes longest, and so begins first. Returns the configuration for an API server that is to believe its tokens. */
    private Path startKeycloak(Pki pki) throws IOException {
        keycloak = own(Keycloak.start(settings, pki, token("keycloak-operator")));
        Path configuration = settings.directory().resolve("keycloak/authentication.yaml");
        new TokenLogin(keycloak.issuer()).writeConfiguration(settings.home(), pki, configuration);
        return configuration;
    }

    private Path kubeconfigOf(String name) {
        return settings.directory().resolve(name + ".kubeconfig");
    }

    private GuestHost startGuestHost() throws IOException, InterruptedException {
        Path directory = settings.directory().resolve("guests");
        Acceleration found = Acceleration.find(GuestImages.tinyFolder(settings.home()), directory.resolve("logs"));
        LOG.info("Guests are QEMU processes, accelerated by {}: {}", found.accelerator(), found.reason());
        return new GuestHost(directory, found);
    }

    private List<GuestImages.GuestImage> images() throws IOException, InterruptedException {
        if (existing != null) {
            return GuestImages.ofTheWorld();
        }
        var server = own(new ImageServer(port(8775)));
        return guestHost == null ? GuestImages.simulated(server) : GuestImages.real(server, settings.home());
    }

    /** The same token at every start, so that a kubeconfig someone copied stays good. */
    private String token(String name) throws IOException {
        Path file = settings.directory().resolve(name + ".token");
        if (!Files.exists(file)) {
            Files.writeString(file, ControlPlane.randomToken());
        }
        return Files.readString(file);
    }

    /** Starts another operator beside the first. With leader election on, which the operator's profile {@code prod} has, it waits for its turn. */
    Service startAnotherOperator() throws IOException {
        return own(startOperator("operator-" + closeables.size()));
    }

    private Service startOperator(String name) throws IOException {
        var options =
                new java.util.ArrayList<>(List.of("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-Xmx256m"));
        options.addAll(settings.operatorJvmOptions());
        if (existing != null) {
            options.add("-Dnephele.volume-types.replicated=" + existing.storageClass("replicated"));
        }
        int port = Ports.free();
        webhooks.add(port);
        var environment = new HashMap<>(Map.of(
                "QUARKUS_PROFILE", "sandbox",
                "NEPHELE_WEBHOOK_ENABLED", Boolean.toString(existing == null),
                "NEPHELE_WEBHOOK_HOST", "127.0.0.1",
                "NEPHELE_WEBHOOK_PORT", Integer.toString(port),
                "NEPHELE_WEBHOOK_HOSTS", "127.0.0.1"));
        if (keycloak != null) {
            environment.put("NEPHELE_KEYCLOAK_ISSUER", keycloak.issuer());
            environment.put("NEPHELE_KEYCLOAK_CLIENT_SECRET", token("keycloak-operator"));
            environment.put(
                    "NEPHELE_KEYCLOAK_CA_FILE",
                    controlPlane().pki().resolve("ca.crt").toString());
        }
        return service(name, "operator", options, environment, Ports.free());
    }

    /** Starts another facade beside the first, with settings of its own, at {@code http://127.0.0.1:<port>}. */
    Service startAnotherFacade(int port, Map<String, String> settingsOfIts) {
        return own(startFacade("api-server-" + closeables.size(), port, settingsOfIts));
    }

    private Service startFacade(String name, int port, Map<String, String> settingsOfIts) {
        var all = new HashMap<String, String>();
        if (keycloak != null) {
            all.put("NEPHELE_IDENTITY_ISSUER", keycloak.issuer());
            all.put(
                    "NEPHELE_IDENTITY_CA_FILE",
                    controlPlane().pki().resolve("ca.crt").toString());
        }
        all.putAll(settingsOfIts);
        all.put("NEPHELE_AUDIT_TO", "file");
        all.put(
                "NEPHELE_AUDIT_FILE",
                settings.directory()
                        .resolve("logs")
                        .resolve(name + "-audit.log")
                        .toString());
        return service(
                name, "api-server", List.of("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-Xmx512m"), all, port);
    }

    private Service service(
            String name, String module, List<String> options, Map<String, String> settingsOfIts, int port) {
        int management = Ports.free();
        var environment = new HashMap<String, String>();
        environment.put("KUBECONFIG", kubeconfigOf(module).toString());
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        environment.put("QUARKUS_MANAGEMENT_HOST", "127.0.0.1");
        environment.put("QUARKUS_MANAGEMENT_PORT", Integer.toString(management));
        environment.put("QUARKUS_LOG_CONSOLE_COLOR", "false");
        environment.putAll(settingsOfIts);
        return new Service(
                name,
                settings.home().resolve(module).resolve("target/quarkus-app"),
                options,
                environment,
                settings.directory().resolve("logs").resolve(name + ".log"),
                management);
    }

    /** What to source in a shell. It appears when all is ready, and is whole when it appears. */
    private void writeEnv() throws IOException {
        String more = "";
        if (controlPlane != null) {
            more += "export PATH='" + controlPlane.binaries().directory() + "':\"$PATH\"\n";
        }
        if (keycloak != null) {
            new TokenLogin(keycloak.issuer()).writeKubeconfig(settings.home(), controlPlane(), userKubeconfig());
            more += """
                    export NEPHELE_ISSUER='%s'
                    export NEPHELE_CA_FILE='%s'
                    export NEPHELE_USER_KUBECONFIG='%s'
                    export PATH='%s':"$PATH"
                    """.formatted(
                            keycloak.issuer(),
                            controlPlane().pki().resolve("ca.crt"),
                            userKubeconfig(),
                            settings.home().resolve(TokenLogin.CLIENT));
        }
        Path part = settings.directory().resolve("env.part");
        Files.writeString(
                part, """
                export KUBECONFIG='%s'
                export AWS_ENDPOINT_URL='%s'
                export AWS_DEFAULT_REGION='nephele-1'
                export AWS_REGION='nephele-1'
                export AWS_ACCESS_KEY_ID='%s'
                export AWS_SECRET_ACCESS_KEY='%s'
                unset AWS_SESSION_TOKEN AWS_PROFILE
                """.formatted(kubeconfig(), endpoint, tenant.accessKeyId(), tenant.secretAccessKey()) + more);
        Files.move(part, envFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** How it is run. */
    public Settings settings() {
        return settings;
    }

    /** The file to source. */
    public Path envFile() {
        return settings.directory().resolve("env");
    }

    /** The administrator's kubeconfig. */
    public Path kubeconfig() {
        return existing != null ? existing.file() : controlPlane().kubeconfig();
    }

    /** The kubeconfig of whoever logs in to Keycloak. */
    public Path userKubeconfig() {
        return settings.directory().resolve("user.kubeconfig");
    }

    /** A client of the administrator; closed with the sandbox. */
    public KubernetesClient admin() {
        return admin;
    }

    /** The base URL of the facade. */
    public String endpoint() {
        return endpoint;
    }

    public Tenant tenant() {
        return tenant;
    }

    public Service operator() {
        return operator;
    }

    public Service facade() {
        return facade;
    }

    /** The control plane; absent on a cluster that exists. */
    public ControlPlane controlPlane() {
        if (controlPlane == null) {
            throw new IllegalStateException("This sandbox runs on a cluster that exists");
        }
        return controlPlane;
    }

    /** The host of real guests; absent where guests are simulated. */
    public GuestHost guestHost() {
        if (guestHost == null) {
            throw new IllegalStateException("The guests of this sandbox are simulated");
        }
        return guestHost;
    }

    /** Keycloak; absent unless asked for. */
    public Keycloak keycloak() {
        if (keycloak == null) {
            throw new IllegalStateException("This sandbox runs without Keycloak");
        }
        return keycloak;
    }

    /** The stand-in, to set off faults; absent on a cluster that exists. */
    public KubeVirt kubeVirt() {
        if (kubeVirt == null) {
            throw new IllegalStateException("This sandbox runs on a cluster that exists");
        }
        return kubeVirt;
    }

    /** Applies an object as the administrator. */
    static void apply(KubernetesClient client, HasMetadata object) {
        client.resource(object).fieldManager("nephele-sandbox").forceConflicts().serverSideApply();
    }

    @Override
    public void close() {
        while (!closeables.isEmpty()) {
            try {
                closeables.pop().close();
            } catch (Exception e) {
                LOG.warn("While stopping: {}", e.toString());
            }
        }
    }
}
