package io.nephele.sandbox.standin.recording;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;

/** What the laboratory of the recordings had beside CDI: storage classes, and a web server with images. */
final class CdiLab implements AutoCloseable {

    /** Who made volumes there; those of lab-static were made by hand. */
    static final Set<String> DRIVERS = Set.of("hostdir.lab", "kubernetes.io/no-provisioner");

    private static final long MEBI = 1 << 20;

    private final KubernetesClient client;
    private final HttpServer server;
    private volatile boolean lateImage;

    CdiLab(KubernetesClient client) throws IOException {
        this.client = client;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                String file = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
                byte[] body = body(file);
                int code = file.equals("err500") ? 500 : body.length == 0 ? 404 : 200;
                exchange.sendResponseHeaders(code, code == 200 ? body.length : -1);
                if (code == 200) {
                    exchange.getResponseBody().write(body);
                }
            }
        });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        storage();
    }

    /** Only the head of an image is ever looked at. */
    byte[] body(String file) {
        return switch (file) {
            case "disk.qcow2", "disk.raw.gz" -> qcow2(128 * MEBI);
            case "big.qcow2" -> qcow2(3072 * MEBI);
            case "late.qcow2" -> lateImage ? qcow2(128 * MEBI) : new byte[0];
            case "garbage.bin" -> new byte[100];
            default -> new byte[0];
        };
    }

    private static byte[] qcow2(long virtualSize) {
        return ByteBuffer.allocate(64)
                .put(new byte[] {'Q', 'F', 'I', (byte) 0xfb, 0, 0, 0, 3})
                .putLong(24, virtualSize)
                .array();
    }

    /** Text of the recordings with the addresses that hold here. */
    String here(String text) {
        return text.replace(
                        "172.30.0.11:8088", "127.0.0.1:" + server.getAddress().getPort())
                .replace("172.30.0.11:9", "127.0.0.1:9");
    }

    void publishLateImage() {
        lateImage = true;
    }

    private void storage() {
        driver("hostdir.lab");
        driver("none.lab");
        storageClass("lab-imm", "hostdir.lab", "Immediate");
        storageClass("lab-wffc", "hostdir.lab", "WaitForFirstConsumer");
        storageClass("lab-static", "kubernetes.io/no-provisioner", "Immediate");
        storageClass("lab-static-wffc", "kubernetes.io/no-provisioner", "WaitForFirstConsumer");
        storageClass("lab-noprofile2", "hostdir.lab", "Immediate");
        String filesystem = "[{\"accessModes\": [\"ReadWriteOnce\"], \"volumeMode\": \"Filesystem\"}]";
        for (String name : List.of("lab-imm", "lab-wffc", "lab-static", "lab-static-wffc")) {
            profile(name, filesystem);
        }
        makeDefault("replicated", false);
        makeDefault("lab-imm", true);
    }

    private void driver(String name) {
        apply("{\"apiVersion\": \"storage.k8s.io/v1\", \"kind\": \"CSIDriver\", \"metadata\": {\"name\": \"" + name
                + "\"}, \"spec\": {}}");
    }

    /** A class as the laboratory made it: its volumes do not grow. */
    void storageClass(String name, String provisioner, String bindingMode) {
        apply("""
                {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "%s"},
                 "provisioner": "%s", "reclaimPolicy": "Delete", "volumeBindingMode": "%s"}
                """.formatted(name, provisioner, bindingMode));
    }

    void profile(String name, String propertySets) {
        apply("""
                {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "StorageProfile", "metadata": {"name": "%s"},
                 "spec": {"claimPropertySets": %s}}
                """.formatted(name, propertySets));
    }

    private void makeDefault(String name, boolean isDefault) {
        client.storage().v1().storageClasses().withName(name).edit(storageClass -> {
            storageClass
                    .getMetadata()
                    .getAnnotations()
                    .put("storageclass.kubernetes.io/is-default-class", Boolean.toString(isDefault));
            return storageClass;
        });
    }

    private void apply(String json) {
        client.resource(json).fieldManager("lab").forceConflicts().serverSideApply();
    }

    @Override
    public void close() {
        server.stop(0);
        makeDefault("lab-imm", false);
        makeDefault("replicated", true);
    }
}
