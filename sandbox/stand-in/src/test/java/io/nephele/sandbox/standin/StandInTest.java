package io.nephele.sandbox.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.nephele.sandbox.controlplane.ApiServerExtension;
import io.nephele.sandbox.controlplane.ControlPlane;
import io.nephele.sandbox.standin.cdi.Cdi;
import io.nephele.sandbox.standin.kubevirt.KubeVirt;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ApiServerExtension.class)
class StandInTest {

    private static final Api.Kind VM = new Api.Kind("kubevirt.io", "v1", "VirtualMachine", "virtualmachines");
    private static final Api.Kind VMI =
            new Api.Kind("kubevirt.io", "v1", "VirtualMachineInstance", "virtualmachineinstances");
    private static final Api.Kind DATA_VOLUME = new Api.Kind("cdi.kubevirt.io", "v1beta1", "DataVolume", "datavolumes");

    private static KubernetesClient client;
    private static Api api;
    private static HttpsEndpoint https;
    private static Cdi cdi;
    private static KubeVirt kubeVirt;

    @BeforeAll
    static void start(ControlPlane controlPlane) throws Exception {
        client = controlPlane.adminClient();
        api = new Api(client);
        StandInCrds.install(client);
        https = new HttpsEndpoint(controlPlane.pki(), 0);
        cdi = Cdi.start(client, https, io.nephele.sandbox.standin.cdi.Timings.FAST);
        kubeVirt = KubeVirt.start(client, https, io.nephele.sandbox.standin.kubevirt.Timings.FAST);
    }

    @AfterAll
    static void stop() {
        kubeVirt.close();
        cdi.close();
        https.close();
        client.close();
    }

    @Test
    void aVmWithAnUndeclaredFieldIsRefusedByTheApiServerItself() {
        namespace("strict");
        String yaml = vm("strict", "a", "RerunOnFailure", "blank").replace("runStrategy:", "nope: 1\n  runStrategy:");
        assertThatThrownBy(() -> client.resource(yaml).fieldManager("test").serverSideApply())
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(500))
                .hasMessageContaining("failed to create typed patch object")
                .hasMessageContaining(".spec.nope: field not declared in schema");
    }

    @Test
    void aVmIsStartedFromItsDiskAndStoppedAndStartedAgain() {
        namespace("power");
        blank("power", "disk");
        client.resource(vm("power", "a", "RerunOnFailure", "disk")).create();
        awaitStatus("power", "a", "Running");
        String first = uid("power");

        runStrategy("power", "a", "Halted");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> api.resource(VMI, "power", "a").get() == null);
        awaitStatus("power", "a", "Stopped");
        assertThat(client.pods().inNamespace("power").list().getItems()).isEmpty();
        await().atMost(Duration.ofSeconds(5)).until(() -> "Halted".equals(vmStatus("power", "a", "runStrategy")));

        runStrategy("power", "a", "RerunOnFailure");
        awaitStatus("power", "a", "Running");
        assertThat(uid("power")).isNotEqualTo(first);
    }

    @Test
    void aGuestThatPowersOffStaysOffAndOneThatCrashesIsStartedAgain() {
        namespace("guest");
        blank("guest", "disk");
        client.resource(vm("guest", "a", "RerunOnFailure", "disk")).create();
        awaitStatus("guest", "a", "Running");
        String first = uid("guest");
        annotate("guest", "a", "crash");
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            GenericKubernetesResource vmi = api.resource(VMI, "guest", "a").get();
            return vmi != null && !vmi.getMetadata().getUid().equals(first);
        });
        awaitStatus("guest", "a", "Running");
        annotate("guest", "a", "poweroff");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> api.resource(VMI, "guest", "a").get() == null);
        awaitStatus("guest", "a", "Stopped");
        assertThat((String) vmStatus("guest", "a", "runStrategy")).isEqualTo("RerunOnFailure");
    }

    @Test
    void verbsGoThroughTheApiServer() {
        namespace("verbs");
        blank("verbs", "disk");
        client.resource(vm("verbs", "a", "RerunOnFailure", "disk")).create();
        awaitStatus("verbs", "a", "Running");
        String base = "/apis/subresources.kubevirt.io/v1/namespaces/verbs/";
        // The API server takes a moment to find an aggregated API.
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThatCode(() -> client.raw(base + "virtualmachineinstances/a/softreboot", "PUT", ""))
                                .doesNotThrowAnyException());
        assertThatThrownBy(() -> client.raw(base + "virtualmachineinstances/a/unpause", "PUT", ""))
                .hasMessageContaining("VMI is not paused");
        String pod = client.pods()
                .inNamespace("verbs")
                .list()
                .getItems()
                .getFirst()
                .getMetadata()
                .getName();
        assertThat(client.pods()
                        .inNamespace("verbs")
                        .withName(pod)
                        .inContainer("guest-console-log")
                        .getLog())
                .contains("login:");
    }

    @Test
    void aCloneWaitsForItsSourceAndAnImportThatFailsSaysWhy() {
        namespace("disks");
        client.resource("""
                apiVersion: cdi.kubevirt.io/v1beta1
                kind: DataVolume
                metadata: {name: copy, namespace: disks}
                spec:
                  source: {pvc: {name: golden, namespace: disks}}
                  storage: {resources: {requests: {storage: 2Gi}}}
                """).create();
        blank("disks", "golden");
        awaitPhase("disks", "copy", "Succeeded");
        client.resource("""
                apiVersion: cdi.kubevirt.io/v1beta1
                kind: DataVolume
                metadata: {name: broken, namespace: disks}
                spec:
                  source: {http: {url: "http://127.0.0.1:1/x"}}
                  storage: {resources: {requests: {storage: 2Gi}}}
                """).create();
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            GenericKubernetesResource broken =
                    api.resource(DATA_VOLUME, "disks", "broken").get();
            return api.tree(broken).path("status").toString().contains("Unable to connect to http data source");
        });
        assertThat((String) api.resource(DATA_VOLUME, "disks", "broken").get().get("status", "phase"))
                .isEqualTo("ImportInProgress");
    }

    private static void namespace(String name) {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
    }

    private static void blank(String namespace, String name) {
        client.resource("""
                apiVersion: cdi.kubevirt.io/v1beta1
                kind: DataVolume
                metadata: {name: %s, namespace: %s}
                spec:
                  source: {blank: {}}
                  storage: {resources: {requests: {storage: 1Gi}}}
                """.formatted(name, namespace)).create();
    }

    private static String vm(String namespace, String name, String runStrategy, String disk) {
        return """
                apiVersion: kubevirt.io/v1
                kind: VirtualMachine
                metadata: {name: %s, namespace: %s}
                spec:
                  runStrategy: %s
                  template:
                    spec:
                      domain:
                        cpu: {sockets: 1}
                        memory: {guest: 512Mi}
                        devices:
                          disks: [{name: root, disk: {bus: virtio}}]
                          interfaces: [{name: default, masquerade: {}}]
                      networks: [{name: default, pod: {}}]
                      volumes: [{name: root, dataVolume: {name: %s}}]
                """.formatted(name, namespace, runStrategy, disk);
    }

    private static void runStrategy(String namespace, String name, String strategy) {
        api.patch(VM, namespace, name, (com.fasterxml.jackson.databind.node.ObjectNode)
                api.parse("{\"spec\":{\"runStrategy\":\"" + strategy + "\"}}"));
    }

    private static void annotate(String namespace, String name, String act) {
        api.patch(VMI, namespace, name, (com.fasterxml.jackson.databind.node.ObjectNode)
                api.parse("{\"metadata\":{\"annotations\":{\"sandbox.nephele.io/guest\":\"" + act + "\"}}}"));
    }

    private static Object vmStatus(String namespace, String name, String field) {
        return api.resource(VM, namespace, name).get().get("status", field);
    }

    private static String uid(String namespace) {
        return api.resource(VMI, namespace, "a").get().getMetadata().getUid();
    }

    private static void awaitStatus(String namespace, String name, String status) {
        await().atMost(Duration.ofSeconds(20)).until(() -> status.equals(vmStatus(namespace, name, "printableStatus")));
    }

    private static void awaitPhase(String namespace, String name, String phase) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> phase.equals(
                        api.resource(DATA_VOLUME, namespace, name).get().get("status", "phase")));
    }
}
