package io.nephele.sandbox.standin.kubevirt;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.HttpsEndpoint;
import io.nephele.sandbox.standin.KeyedQueue;
import io.nephele.sandbox.standin.Steps;
import io.nephele.sandbox.standin.qemu.GuestHost;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The double of KubeVirt and of the nodes under it. What it shows, and in which order, is what the recordings of a real one show. It goes on from the objects that are
 * there: a guest that was running runs.
 *
 * <p>A guest does something by itself when its VMI is annotated with {@code sandbox.nephele.io/guest: poweroff | crash | reboot}; its start goes wrong when the VM's
 * template is annotated with {@code sandbox.nephele.io/boot: hang | no-image | fail}.
 */
public final class KubeVirt implements AutoCloseable {

    private static final int PARALLELISM = 48;

    private final KeyedQueue queue = new KeyedQueue("virt-controller", PARALLELISM, this::work);
    private final Cluster cluster;
    private final Hypervisor hypervisor;
    private final VmController vms;
    private final VmiController vmis;
    private final MigrationController migrations;
    private final Evacuation evacuation;
    private final Consoles consoles;
    private final ScheduledExecutorService heartbeat = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("heartbeat").factory());

    private KubeVirt(
            KubernetesClient client, HttpsEndpoint https, Timings timings, int nodeCount, @Nullable GuestHost host) {
        var api = new Api(client);
        List<Nodes.NodeShape> nodes = Nodes.shapes(nodeCount, Nodes.Capacity.of(host, nodeCount));
        cluster = new Cluster(api);
        var scheduler = new Scheduler(nodes);
        vms = new VmController(api, cluster, timings, queue::addAfter);
        var steps = new Steps(queue);
        hypervisor = host == null
                ? new Simulated(api, timings, steps)
                : new Qemu(new Domains(api, cluster, host.disks()), host, steps, queue::addAfter);
        var guests = new Guests(api, hypervisor, timings, steps);
        var launchers = new Launchers(api);
        var hotplug = new Hotplug(api, cluster, launchers, hypervisor, timings, steps);
        migrations = new MigrationController(api, cluster, scheduler, launchers, hotplug, hypervisor, timings, steps);
        evacuation = new Evacuation(api, cluster, timings, steps);
        vmis = new VmiController(api, cluster, scheduler, launchers, hypervisor, guests, hotplug, timings, steps);
        Doors doors = hypervisor.doors();
        consoles = new Consoles(cluster, doors);
        Nodes.install(client, nodes, https.port());
        Webhooks.install(api, https);
        VmiGuard.install(api, https);
        MigrationAdmission.install(api, https, cluster);
        evacuation.install(https);
        Subresources.install(api, https, guests, hypervisor, consoles);
        Kubelet.install(https, cluster, doors);
        cluster.start(scheduler::remember, queue::add);
        var _ = heartbeat.scheduleAtFixedRate(
                () -> Nodes.install(client, nodes, https.port()), 60, 60, TimeUnit.SECONDS);
    }

    /** Starts it with two nodes of Intel and one of AMD; the CRDs must be there. */
    public static KubeVirt start(KubernetesClient client, HttpsEndpoint https, Timings timings) {
        return start(client, https, timings, 3);
    }

    /**
     * The same with guests that are machines.
     *
     * @param host of the guests; it outlives this
     */
    public static KubeVirt start(
            KubernetesClient client, HttpsEndpoint https, Timings timings, @Nullable GuestHost host) {
        return new KubeVirt(client, https, timings, 3, host);
    }

    /** Starts it with up to four nodes. */
    public static KubeVirt start(KubernetesClient client, HttpsEndpoint https, Timings timings, int nodes) {
        return new KubeVirt(client, https, timings, nodes, null);
    }

    private void work(String key) throws IOException {
        vms.reconcile(key);
        vmis.reconcile(key);
        migrations.reconcile(key);
        evacuation.consider(key);
        consoles.consider(key);
    }

    @Override
    public void close() {
        heartbeat.shutdownNow();
        queue.close();
        cluster.close();
        hypervisor.close();
    }
}
