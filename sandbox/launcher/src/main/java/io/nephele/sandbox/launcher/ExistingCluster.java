package io.nephele.sandbox.launcher;

import io.fabric8.kubernetes.api.model.NamedAuthInfoBuilder;
import io.fabric8.kubernetes.api.model.NamedContextBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A cluster that exists and has KubeVirt and CDI. Operator and facade run on this machine with the service accounts of the chart, and so with the rights that they have when they are
 * installed.
 *
 * @param file the administrator's kubeconfig
 */
record ExistingCluster(KubernetesClient client, Path file) implements AutoCloseable {

    private static final String DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

    /** How long the programs can run; the cluster may allow less. */
    private static final Duration TOKEN_LIFE = Duration.ofHours(24);

    static ExistingCluster of(Path file) {
        return new ExistingCluster(
                new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(file.toFile()))
                        .build(),
                file);
    }

    /** Writes a kubeconfig of a service account of the chart. */
    void writeKubeconfig(String serviceAccount, Path target) throws IOException {
        String token = client.serviceAccounts()
                .inNamespace(Sandbox.SYSTEM_NAMESPACE)
                .withName(serviceAccount)
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(TOKEN_LIFE.toSeconds())
                        .endSpec()
                        .build())
                .getStatus()
                .getToken();
        var config = Serialization.unmarshal(Files.readString(file), io.fabric8.kubernetes.api.model.Config.class);
        String cluster = config.getContexts().stream()
                .filter(context -> context.getName().equals(config.getCurrentContext()))
                .map(context -> context.getContext().getCluster())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(file + " has no current context"));
        config.setUsers(List.of(new NamedAuthInfoBuilder()
                .withName(serviceAccount)
                .withNewUser()
                .withToken(token)
                .endUser()
                .build()));
        config.setContexts(List.of(new NamedContextBuilder()
                .withName(serviceAccount)
                .withNewContext()
                .withCluster(cluster)
                .withUser(serviceAccount)
                .endContext()
                .build()));
        config.setCurrentContext(serviceAccount);
        Files.writeString(target, Serialization.asYaml(config));
    }

    /** The class that stands for the default volume type: one of its name, else the cluster's default. */
    String storageClass(String volumeType) {
        List<StorageClass> classes =
                client.storage().v1().storageClasses().list().getItems();
        return classes.stream()
                .filter(c -> c.getMetadata().getName().equals(volumeType) || isDefault(c))
                .map(c -> c.getMetadata().getName())
                .min((a, b) -> Boolean.compare(b.equals(volumeType), a.equals(volumeType)))
                .orElseThrow(() -> new IllegalStateException("The cluster has no StorageClass " + volumeType
                        + " and no default one. Mark one with the annotation " + DEFAULT_CLASS + "=true"));
    }

    private static boolean isDefault(StorageClass storageClass) {
        var annotations = storageClass.getMetadata().getAnnotations();
        return annotations != null && "true".equals(annotations.get(DEFAULT_CLASS));
    }

    @Override
    public void close() {
        client.close();
    }
}
