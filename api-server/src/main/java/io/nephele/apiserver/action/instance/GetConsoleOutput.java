package io.nephele.apiserver.action.instance;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.crds.AwsId;
import io.nephele.crds.instance.Instance;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputRequest;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputResponse;

/** The end of what the guest wrote to its serial console: KubeVirt keeps it as the log of a container. Read with the facade's own rights, of a machine of the caller's. */
@Singleton
class GetConsoleOutput implements Action<GetConsoleOutputRequest, GetConsoleOutputResponse> {

    private static final int MAX_BYTES = 65536;

    private final KubernetesClient client;

    GetConsoleOutput(KubernetesClient client) {
        this.client = client;
    }

    @Override
    public GetConsoleOutputResponse call(GetConsoleOutputRequest request, Call call) {
        Instance instance = call.instance(request.instanceId());
        String id = AwsId.INSTANCE.of(instance);
        byte[] log = log(call.project(), id).getBytes(StandardCharsets.UTF_8);
        int from = Math.max(0, log.length - MAX_BYTES);
        return GetConsoleOutputResponse.builder()
                .instanceId(id)
                .timestamp(Instant.now().truncatedTo(ChronoUnit.SECONDS))
                .output(Base64.getEncoder().encodeToString(java.util.Arrays.copyOfRange(log, from, log.length)))
                .build();
    }

    private String log(String namespace, String id) {
        List<Pod> pods = client.pods()
                .inNamespace(namespace)
                .withLabel("kubevirt.io", "virt-launcher")
                .withLabel("vm.kubevirt.io/name", id)
                .list()
                .getItems();
        return pods.stream()
                .max(Comparator.comparing(pod -> pod.getMetadata().getCreationTimestamp()))
                .map(this::log)
                .orElse("");
    }

    private String log(Pod pod) {
        try {
            return client.pods()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .withName(pod.getMetadata().getName())
                    .inContainer("guest-console-log")
                    .tailingLines(2000)
                    .getLog();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_BAD_REQUEST || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                // The container has not begun yet, or the pod has just gone: nothing was written.
                return "";
            }
            throw e;
        }
    }
}
