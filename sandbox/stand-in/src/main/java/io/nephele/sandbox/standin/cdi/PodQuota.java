package io.nephele.sandbox.standin.cdi;

import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.nephele.sandbox.standin.Api;
import java.net.HttpURLConnection;

/** Whether a namespace has room for an importer pod. The API server is asked, and only where a ResourceQuota counts pods or what they use. */
final class PodQuota implements AutoCloseable {

    private final KubernetesClient client;
    private final SharedIndexInformer<ResourceQuota> quotas;

    PodQuota(Api api) {
        client = api.client();
        quotas = client.resourceQuotas().inAnyNamespace().runnableInformer(0);
    }

    void start() {
        quotas.start().toCompletableFuture().join();
    }

    boolean forbidsPod(String namespace) {
        boolean counts = quotas.getIndexer().byIndex(Cache.NAMESPACE_INDEX, namespace).stream()
                .anyMatch(quota -> quota.getSpec().getHard().keySet().stream()
                        .anyMatch(resource -> !resource.contains("storage")));
        if (!counts) {
            return false;
        }
        try {
            // What it asks for is CDI's default.
            String pod = """
                    {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "importer-", "namespace": "%s"},
                     "spec": {"containers": [{"name": "importer", "image": "importer", "resources": {
                      "requests": {"cpu": "100m", "memory": "60M"}, "limits": {"cpu": "750m", "memory": "600M"}}}]}}
                    """.formatted(namespace);
            client.resource(pod).dryRun(true).create();
            return false;
        } catch (KubernetesClientException e) {
            if (isExceeded(e)) {
                return true;
            }
            throw e;
        }
    }

    static boolean isExceeded(KubernetesClientException e) {
        return e.getCode() == HttpURLConnection.HTTP_FORBIDDEN
                && e.getStatus() != null
                && e.getStatus().getMessage().contains("exceeded quota");
    }

    @Override
    public void close() {
        quotas.close();
    }
}
