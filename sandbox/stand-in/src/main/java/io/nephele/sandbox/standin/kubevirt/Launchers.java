package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.nephele.sandbox.standin.Api;
import java.net.HttpURLConnection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The virt-launcher pods, and what scheduler and kubelet do with them. */
final class Launchers {

    static final String IMAGE = "quay.io/kubevirt/virt-launcher:stand-in";

    /** The label of a pod that was made for a migration: its uid. */
    static final String MIGRATION = "kubevirt.io/migrationJobUID";

    private static final String VENDOR = "cpu-vendor.node.kubevirt.io/";

    private final Api api;

    Launchers(Api api) {
        this.api = api;
    }

    /** The pod of a VMI: the same one at every try. */
    static String name(Vmi vmi) {
        return "virt-launcher-" + vmi.name() + "-" + vmi.uid().substring(0, 5);
    }

    /** The pod that a VMI moves to. */
    static String name(Migration migration, Vmi vmi) {
        return "virt-launcher-" + vmi.name() + "-" + migration.uid().substring(0, 5);
    }

    /** The pod that a VMI is in. */
    static String podOn(Vmi vmi) {
        JsonNode state = vmi.status().path("migrationState");
        boolean moved =
                state.path("completed").asBoolean() && !state.path("failed").asBoolean();
        String before = state.path("sourcePod").asText(name(vmi));
        return moved ? state.path("targetPod").asText() : before;
    }

    /** Five characters that follow from a text. */
    static String suffix(String text) {
        return String.format("%05x", text.hashCode() & 0xfffff);
    }

    /** An address in the pod network that follows from a text. The first 256 are the network's own. */
    static String address(String text) {
        int hash = text.hashCode();
        return "10.244." + (1 + (hash >>> 8 & 0xffff) % 254) + "." + (1 + (hash & 0xff) % 254);
    }

    /** Creates the pod, on a node or, if there is none for it, waiting. */
    void create(Vmi vmi, @Nullable String node) {
        create(vmi, name(vmi), node, selector(vmi), Map.of());
    }

    /** A pod that holds plugged-in disks on the node of a launcher. */
    void createAttachment(Vmi vmi, @Nullable Migration migration, Pod launcher, String name) {
        Map<String, String> labels = new HashMap<>(
                Map.of("kubevirt.io", "hotplug-disk", Kinds.CREATED_BY, vmi.uid(), "vm.kubevirt.io/name", vmi.name()));
        if (migration != null) {
            labels.put(MIGRATION, migration.uid());
        }
        var pod = new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(vmi.namespace())
                .withLabels(labels)
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind("Pod")
                        .withName(launcher.getMetadata().getName())
                        .withUid(launcher.getMetadata().getUid())
                        .withController(true)
                        .withBlockOwnerDeletion(true)
                        .build())
                .endMetadata()
                .withNewSpec()
                .withNodeName(launcher.getSpec().getNodeName())
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .addToContainers(new ContainerBuilder()
                        .withName("hotplug-disk")
                        .withImage(IMAGE)
                        .build())
                .endSpec()
                .build();
        try {
            api.client().pods().resource(pod).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    /** The same on another node, for a migration. */
    void createTarget(Migration migration, Vmi vmi, @Nullable String node, Map<String, String> selector) {
        create(vmi, name(migration, vmi), node, selector, Map.of(MIGRATION, migration.uid()));
    }

    private void create(
            Vmi vmi,
            String podName,
            @Nullable String node,
            Map<String, String> selector,
            Map<String, String> moreLabels) {
        String uid = vmi.uid();
        String name = vmi.name();
        Map<String, String> labels = new HashMap<>();
        vmi.metadata()
                .path("labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        labels.put("kubevirt.io", "virt-launcher");
        labels.put(Kinds.CREATED_BY, uid);
        labels.put("vm.kubevirt.io/name", name);
        labels.putAll(moreLabels);
        var pod = new PodBuilder()
                .withNewMetadata()
                .withName(podName)
                .withNamespace(vmi.namespace())
                .withLabels(labels)
                .withAnnotations(Map.of("kubevirt.io/domain", name))
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion("kubevirt.io/v1")
                        .withKind("VirtualMachineInstance")
                        .withName(name)
                        .withUid(uid)
                        .withController(true)
                        .withBlockOwnerDeletion(true)
                        .build())
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .withNodeSelector(selector)
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withTerminationGracePeriodSeconds(30L)
                .addToInitContainers(new ContainerBuilder()
                        .withName("guest-console-log")
                        .withImage(IMAGE)
                        .withRestartPolicy("Always")
                        .build())
                .addToContainers(new ContainerBuilder()
                        .withName("compute")
                        .withImage(IMAGE)
                        .build())
                .endSpec();
        for (String claim : Volumes.claims(vmi.tree())) {
            pod.editSpec()
                    .addNewVolume()
                    .withName(claim)
                    .withNewPersistentVolumeClaim(claim, false)
                    .endVolume()
                    .endSpec();
        }
        try {
            api.client().pods().resource(pod.build()).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    /** Where the pod may run; it is not asked again when the VMI is changed. */
    static Map<String, String> selector(Vmi vmi) {
        Map<String, String> selector = new HashMap<>();
        vmi.spec()
                .path("nodeSelector")
                .properties()
                .forEach(label -> selector.put(label.getKey(), label.getValue().asText()));
        selector.put("kubevirt.io/schedulable", "true");
        selector.put("kubernetes.io/arch", "amd64");
        selector.put("machine-type.node.kubevirt.io/q35", "true");
        String model = vmi.spec().path("domain").path("cpu").path("model").asText("host-model");
        if (!model.startsWith("host-")) {
            selector.put("cpu-model.node.kubevirt.io/" + model, "true");
        }
        return selector;
    }

    /** Where a VMI may move to: a node of the same vendor, unless it is said which vendor. */
    static Map<String, String> selector(Migration migration, Vmi vmi, Scheduler scheduler) {
        Map<String, String> selector = selector(vmi);
        migration
                .addedNodeSelector()
                .properties()
                .forEach(label -> selector.put(label.getKey(), label.getValue().asText()));
        if (selector.keySet().stream().noneMatch(label -> label.startsWith(VENDOR))) {
            scheduler.labels(vmi.status().path("nodeName").asText()).forEach((label, value) -> {
                if (label.startsWith(VENDOR)) {
                    selector.put(label, value);
                }
            });
        }
        return selector;
    }

    void bind(Pod pod, String node) {
        var binding = new BindingBuilder()
                .withNewMetadata()
                .withName(pod.getMetadata().getName())
                .withNamespace(pod.getMetadata().getNamespace())
                .endMetadata()
                .withNewTarget()
                .withKind("Node")
                .withName(node)
                .endTarget()
                .build();
        api.client().bindings().resource(binding).create();
    }

    /** The containers run. */
    void ready(Pod pod) {
        String address = address(pod.getMetadata().getLabels().getOrDefault(Kinds.CREATED_BY, ""));
        String now = Api.now();
        String status = """
                {"status": {"phase": "Running", "podIP": "%1$s", "podIPs": [{"ip": "%1$s"}], "hostIP": "127.0.0.1", "startTime": "%2$s",
                 "conditions": [
                  {"type": "PodScheduled", "status": "True", "lastTransitionTime": "%2$s"},
                  {"type": "Initialized", "status": "True", "lastTransitionTime": "%2$s"},
                  {"type": "ContainersReady", "status": "True", "lastTransitionTime": "%2$s"},
                  {"type": "Ready", "status": "True", "lastTransitionTime": "%2$s"}],
                 "containerStatuses": [
                  {"name": "compute", "ready": true, "started": true, "restartCount": 0, "image": "%3$s", "imageID": "", "state": {"running": {"startedAt": "%2$s"}}}]}}
                """.formatted(address, now, IMAGE);
        api.patchStatus(
                Kinds.POD, pod.getMetadata().getNamespace(), pod.getMetadata().getName(), (ObjectNode)
                        api.parse(status).get("status"));
    }

    /** Asks it to end: it gets a deletion timestamp, and stays until {@link #remove}. */
    void terminate(Pod pod) {
        api.delete(
                Kinds.POD, pod.getMetadata().getNamespace(), pod.getMetadata().getName());
    }

    static boolean hasEnded(Pod pod) {
        String phase = phase(pod);
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    static String phase(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return phase == null ? "" : phase;
    }

    /** The containers of a pod have ended, or will never run; a pod without a node has nobody who would say so. */
    void ended(Pod pod, boolean lost) {
        if (!hasEnded(pod) && pod.getSpec().getNodeName() != null) {
            String phase = phase(pod).equals("Running") && !lost ? "Succeeded" : "Failed";
            api.patchStatus(
                    Kinds.POD,
                    pod.getMetadata().getNamespace(),
                    pod.getMetadata().getName(),
                    api.object().put("phase", phase));
        }
    }

    /** What a kubelet does when the containers have ended. */
    void remove(Pod pod) {
        api.client()
                .pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .withGracePeriod(0)
                .delete();
    }
}
