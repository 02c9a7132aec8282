package io.nephele.sandbox.launcher;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.nephele.crds.image.Image;
import io.nephele.sandbox.standin.ConsoleClient;
import io.nephele.sandbox.standin.qemu.Guest;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A VirtualMachine with the tiny image on its disk, as a client of KubeVirt has it. No Instance is behind it, so there is no operator who would put back what a test changes. */
record TinyVm(Ssh ssh, String name) implements AutoCloseable {

    static final String NAMESPACE = "machines";

    /** Imports the image from where the sandbox's own has it from, and starts a machine on it. */
    static TinyVm start(Ssh ssh, String name, String memory) {
        Image image = admin(ssh)
                .resources(Image.class)
                .inNamespace(Examples.CATALOGUE)
                .withName(GuestImages.TINY)
                .require();
        dataVolume(
                ssh,
                name + "-root",
                "{http: {url: \"" + image.getSpec().source().http().url() + "\"}}",
                "1Gi");
        return startOn(ssh, name, memory);
    }

    /** Starts a machine on the DataVolume {@code <name>-root}. It is on a node of which there is another one that it can migrate to. */
    static TinyVm startOn(Ssh ssh, String name, String memory) {
        admin(ssh)
                .resource("""
                apiVersion: kubevirt.io/v1
                kind: VirtualMachine
                metadata: {name: %1$s, namespace: %2$s}
                spec:
                  runStrategy: RerunOnFailure
                  template:
                    spec:
                      nodeSelector: {cpu-vendor.node.kubevirt.io/Intel: "true"}
                      terminationGracePeriodSeconds: 60
                      domain:
                        cpu: {sockets: 1}
                        memory: {guest: %3$s}
                        devices:
                          disks: [{name: root, disk: {bus: virtio}}, {name: seed, disk: {bus: virtio}}]
                          interfaces: [{name: default, masquerade: {}}]
                      networks: [{name: default, pod: {}}]
                      volumes:
                      - {name: root, dataVolume: {name: %1$s-root}}
                      - name: seed
                        cloudInitNoCloud:
                          userData: |
                            #cloud-config
                            ssh_authorized_keys: ["%4$s"]
                """.formatted(name, NAMESPACE, memory, ssh.publicKey()))
                .create();
        var vm = new TinyVm(ssh, name);
        await().atMost(Ssh.BOOT).until(() -> vm.vmi() != null);
        return vm;
    }

    /**
     * Creates a DataVolume.
     *
     * @param source in YAML
     */
    static void dataVolume(Ssh ssh, String name, String source, String size) {
        admin(ssh)
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAMESPACE)
                        .endMetadata()
                        .build())
                .serverSideApply();
        admin(ssh).resource("""
                apiVersion: cdi.kubevirt.io/v1beta1
                kind: DataVolume
                metadata: {name: %s, namespace: %s}
                spec: {source: %s, storage: {resources: {requests: {storage: %s}}}}
                """.formatted(name, NAMESPACE, source, size)).create();
    }

    private static KubernetesClient admin(Ssh ssh) {
        return ssh.shell().sandbox().admin();
    }

    private Resource<GenericKubernetesResource> resource(String kind) {
        return admin(ssh)
                .genericKubernetesResources("kubevirt.io/v1", kind)
                .inNamespace(NAMESPACE)
                .withName(name);
    }

    Resource<GenericKubernetesResource> vm() {
        return resource("VirtualMachine");
    }

    /** Null while it is off. */
    @Nullable GenericKubernetesResource vmi() {
        return resource("VirtualMachineInstance").get();
    }

    /** Calls a verb of the VirtualMachine. */
    void order(String verb, Map<String, ?> body) {
        put("virtualmachines", verb, body);
    }

    /** Calls a verb of its guest. */
    void tell(String verb) {
        put("virtualmachineinstances", verb, Map.of());
    }

    private void put(String plural, String verb, Map<String, ?> body) {
        admin(ssh).raw(path(plural, verb), "PUT", body);
    }

    /** Where a verb of its guest is on the API server. */
    String path(String verb) {
        return path("virtualmachineinstances", verb);
    }

    private String path(String plural, String verb) {
        return "/apis/subresources.kubevirt.io/v1/namespaces/" + NAMESPACE + "/" + plural + "/" + name + "/" + verb;
    }

    /** Goes to its {@code console}, or to its screen, {@code vnc}. */
    ConsoleClient look(HttpClient http, String verb) {
        return new ConsoleClient(http, ssh.shell().sandbox().controlPlane(), path(verb), null);
    }

    /** Starts it if it is off, and waits until one can log in. */
    void awaitUp() {
        if (vmi() == null) {
            order("start", Map.of());
        }
        run("true");
    }

    /** Waits until there is nothing left of its last run. */
    void awaitOff() {
        await().atMost(Ssh.BOOT).until(() -> vmi() == null);
    }

    /** What a command in it printed. */
    String run(String command) {
        return ssh.run("user", name, command);
    }

    /** The uid of the VMI: another one for each run. */
    String uid() {
        return Objects.requireNonNull(vmi()).getMetadata().getUid();
    }

    /** The process of its present run. */
    Guest guest() {
        return Objects.requireNonNull(ssh.shell().sandbox().guestHost().guest(uid()));
    }

    /** Whether a condition of its present run is true. */
    boolean is(String condition) {
        GenericKubernetesResource vmi = vmi();
        List<Map<String, String>> conditions = vmi == null ? null : vmi.get("status", "conditions");
        return conditions != null
                && conditions.stream().anyMatch(c -> condition.equals(c.get("type")) && "True".equals(c.get("status")));
    }

    /** What was told of one of its runs. */
    List<String> events(String uid) {
        return admin(ssh).v1().events().inNamespace(NAMESPACE).list().getItems().stream()
                .filter(event -> uid.equals(event.getInvolvedObject().getUid()))
                .map(Event::getMessage)
                .toList();
    }

    /** Deletes it with its disk. */
    @Override
    public void close() {
        vm().delete();
        awaitOff();
        admin(ssh)
                .genericKubernetesResources("cdi.kubevirt.io/v1beta1", "DataVolume")
                .inNamespace(NAMESPACE)
                .withName(name + "-root")
                .delete();
    }
}
