package io.nephele.crds;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.nephele.sandbox.controlplane.ApiServerExtension;
import io.nephele.sandbox.controlplane.ControlPlane;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Objects that the API server takes, and what it says to the others. */
@ExtendWith(ApiServerExtension.class)
class ValidationTest {

    private static KubernetesClient client;

    @BeforeAll
    static void install(ControlPlane controlPlane) throws Exception {
        client = controlPlane.adminClient();
        List<Path> files;
        try (Stream<Path> found = Files.list(Path.of("../helm/nephele/crds"))) {
            files = found.toList();
        }
        for (Path file : files) {
            var definition = client.resource(Files.readString(file)).create();
            client.resource((CustomResourceDefinition) definition)
                    .waitUntilCondition(
                            d -> d.getStatus() != null
                                    && d.getStatus().getConditions() != null
                                    && d.getStatus().getConditions().stream()
                                            .anyMatch(c -> c.getType().equals("Established")
                                                    && c.getStatus().equals("True")),
                            20,
                            TimeUnit.SECONDS);
        }
    }

    @AfterAll
    static void close() {
        client.close();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            Instance     | {instanceType: m1.small, image: debian-13}
            Instance     | {instanceType: m1.small, image: debian-13, keyPair: a, powerState: Stopped, forceStop: true, rootVolume: {size: 20Gi, volumeType: local, deleteOnTermination: false}, tags: {Name: web}}
            Instance     | {instanceType: m1.small, image: debian-13, userData: {inline: "#cloud-config"}, rebootRequestedAt: "2026-01-31T12:00:00Z"}
            Volume       | {size: 20Gi}
            Image        | {source: {http: {url: "https://example.org/a.qcow2"}}}
            Image        | {source: {registry: {url: "docker://quay.io/a/b:1"}}, size: 3Gi, launchPermissions: {public: true}}
            KeyPair      | {publicKey: "ssh-ed25519 AAAA a comment"}
            AccessKey    | {user: alice}
            InstanceType | {vcpus: 2, memory: 4Gi}
            Project      | {}
            Project      | {accountId: "123456789012"}
            """)
    void takesWhatIsValid(String kind, String spec) {
        assertThatCode(() -> client.resource(yaml(kind, spec)).dryRun(true).create())
                .doesNotThrowAnyException();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            Instance     | {image: debian-13} | spec.instanceType: Required value
            Instance     | {instanceType: m1.small} | spec.image: Required value
            Instance     | {instanceType: m1.small, image: a, powerState: Off} | supported values: "Running", "Stopped", "Terminated"
            Instance     | {instanceType: m1.small, image: a, powerState: Terminated, terminationProtection: true} | terminationProtection is on: set it to false before powerState is set to Terminated
            Instance     | {instanceType: m1.small, image: a, rootVolume: {size: 20}} | spec.rootVolume.size
            Instance     | {instanceType: m1.small, image: a, rootVolume: {size: "-1Gi"}} | spec.rootVolume.size in body should match
            Instance     | {instanceType: m1.small, image: a, userData: {inline: a, base64: b}} | set exactly one of inline, base64 and secretRef
            Instance     | {instanceType: m1.small, image: a, userData: {}} | set exactly one of inline, base64 and secretRef
            Instance     | {instanceType: m1.small, image: a, rebootRequestedAt: now} | a moment in UTC such as 2026-01-31T12:00:00Z
            Instance     | {instanceType: m1.small, image: a, tags: {"aws:x": y}} | do not begin with aws:
            Instance     | {instanceType: m1.small, image: a, instanceInitiatedShutdownBehavior: Sleep} | supported values: "Stop", "Terminate"
            Volume       | {} | spec.size: Required value
            Volume       | {size: big} | spec.size in body should match
            Volume       | {size: 1Gi, attachment: {instance: a}} | spec.attachment.device: Required value
            Image        | {size: 1Gi} | spec.source: Required value
            Image        | {source: {}} | set exactly one of http and registry
            Image        | {source: {http: {url: "ftp://a/b"}}} | spec.source.http.url in body should match
            Image        | {source: {http: {url: "http://a/b", checksum: "sha256:00"}}} | spec.source.http.checksum in body should match
            Image        | {source: {registry: {url: "quay.io/a"}}} | spec.source.registry.url in body should match
            KeyPair      | {publicKey: "nonsense"} | spec.publicKey in body should match
            AccessKey    | {} | spec.user: Required value
            InstanceType | {vcpus: 0, memory: 1Gi} | spec.vcpus in body should be greater than or equal to 1
            InstanceType | {vcpus: 1, memory: 512k} | memory is at least 1Mi
            Project      | {accountId: "12"} | spec.accountId in body should match
            """)
    void saysWhatIsWrong(String kind, String spec, String message) {
        assertThatThrownBy(() -> client.resource(yaml(kind, spec)).dryRun(true).create())
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> org.assertj.core.api.Assertions.assertThat(e.getCode())
                                .isEqualTo(422))
                .hasMessageContaining(message);
    }

    @ParameterizedTest(name = "{0} {1} to {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            Instance  | {instanceType: a, image: b} | {instanceType: a, image: c} | an Instance keeps its image
            Instance  | {instanceType: a, image: b} | {instanceType: a, image: b, keyPair: k} | the key is installed at the first boot
            Instance  | {instanceType: a, image: b} | {instanceType: a, image: b, rootVolume: {size: 9Gi}} | change the Volume itself
            Instance  | {instanceType: a, image: b, powerState: Terminated} | {instanceType: a, image: b, powerState: Running} | Terminated is for good
            Instance  | {instanceType: a, image: b, stopProtection: true} | {instanceType: a, image: b, stopProtection: true, powerState: Stopped} | stopProtection is on
            Volume    | {size: 2Gi} | {size: 1Gi} | a Volume can grow, not shrink
            Volume    | {size: 2Gi} | {size: 2Gi, volumeType: local} | a Volume stays on its volumeType
            Image     | {source: {http: {url: "http://a/b"}}} | {source: {http: {url: "http://a/c"}}} | an Image keeps its source
            KeyPair   | {publicKey: "ssh-rsa AAAA"} | {publicKey: "ssh-rsa BBBB"} | a KeyPair keeps its key
            AccessKey | {user: alice} | {user: bob} | a key belongs to one user for good
            Project   | {} | {accountId: "123456789012"} | never changes
            """)
    void refusesChangesThatCannotBe(String kind, String before, String after, String message) {
        var object = client.resource(yaml(kind, before)).create();
        try {
            assertThatThrownBy(() -> client.resource(yaml(kind, after))
                            .fieldManager("test")
                            .forceConflicts()
                            .serverSideApply())
                    .hasMessageContaining(message);
        } finally {
            client.resource(object).delete();
        }
    }

    private static String yaml(String kind, String spec) {
        boolean clusterWide = kind.equals("Project") || kind.equals("InstanceType");
        return """
                apiVersion: nephele.io/v1alpha1
                kind: %s
                metadata: {name: test%s}
                spec: %s
                """.formatted(kind, clusterWide ? "" : ", namespace: default", spec);
    }
}
