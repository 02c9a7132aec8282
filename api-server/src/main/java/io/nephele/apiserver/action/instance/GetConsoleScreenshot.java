package io.nephele.apiserver.action.instance;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceState;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.ExecutionException;
import software.amazon.awssdk.services.ec2.model.GetConsoleScreenshotRequest;
import software.amazon.awssdk.services.ec2.model.GetConsoleScreenshotResponse;

/**
 * What is on the screen of a machine that runs, as PNG, where AWS gives JPEG: so it comes from KubeVirt. Taken with the facade's own rights, of a machine of the caller's.
 */
@Singleton
class GetConsoleScreenshot implements Action<GetConsoleScreenshotRequest, GetConsoleScreenshotResponse> {

    private final KubernetesClient client;

    GetConsoleScreenshot(KubernetesClient client) {
        this.client = client;
    }

    @Override
    public GetConsoleScreenshotResponse call(GetConsoleScreenshotRequest request, Call call) {
        Instance instance = call.instance(request.instanceId());
        String id = AwsId.INSTANCE.of(instance);
        if (InstanceState.shown(instance) != InstanceState.Running) {
            throw notRunning(id);
        }
        byte[] png = screenshot(call.project(), id, Boolean.TRUE.equals(request.wakeUp()));
        return GetConsoleScreenshotResponse.builder()
                .instanceId(id)
                .imageData(Base64.getEncoder().encodeToString(png))
                .build();
    }

    private byte[] screenshot(String namespace, String id, boolean wakeUp) {
        HttpRequest request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(
                        "%sapis/subresources.kubevirt.io/v1/namespaces/%s/virtualmachineinstances/%s/vnc/screenshot?moveCursor=%s"
                                .formatted(client.getMasterUrl(), namespace, id, wakeUp))
                .header("Accept", "*/*")
                .build();
        try {
            HttpResponse<byte[]> response =
                    client.getHttpClient().sendAsync(request, byte[].class).get();
            if (response.isSuccessful()) {
                return response.body();
            }
            if (isNotRunning(response.code(), new String(response.body(), StandardCharsets.UTF_8))) {
                throw notRunning(id);
            }
            throw new KubernetesClientException("The screenshot of " + id + " was refused", response.code(), null);
        } catch (ExecutionException e) {
            throw new KubernetesClientException("The screenshot of " + id + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The guest has ended just now, or is being started again. KubeVirt has changed the code that it says so with, but not the words. */
    private static boolean isNotRunning(int code, String message) {
        return code == HttpURLConnection.HTTP_NOT_FOUND
                || message.contains("is not running")
                || message.contains("not found");
    }

    private static AwsException notRunning(String id) {
        return AwsException.of("IncorrectInstanceState", "The instance '" + id + "' is not in the 'running' state.");
    }
}
