package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.Conditions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** DataSources: names for claims that are cloned again and again. Each says whether its claim can be cloned already (recording c13). */
final class DataSources implements AutoCloseable {

    private static final String BY_CLAIM = "claim";

    private final Api api;
    private final Cdi cdi;
    private final SharedIndexInformer<GenericKubernetesResource> dataSources;

    DataSources(Api api, Cdi cdi) {
        this.api = api;
        this.cdi = cdi;
        dataSources = api.client()
                .genericKubernetesResources(Cdi.DATA_SOURCE.context())
                .inAnyNamespace()
                .runnableInformer(0);
        dataSources.addIndexers(Map.of(BY_CLAIM, DataSources::claims));
    }

    void start() {
        dataSources.start().toCompletableFuture().join();
    }

    SharedIndexInformer<GenericKubernetesResource> informer() {
        return dataSources;
    }

    /** Those for a claim. */
    List<GenericKubernetesResource> of(String claim) {
        return dataSources.getIndexer().byIndex(BY_CLAIM, claim);
    }

    /** The claim behind one, or null. */
    DataVolume.@Nullable ClaimRef claim(String key) {
        GenericKubernetesResource dataSource = dataSources.getStore().getByKey(key);
        return dataSource == null ? null : claim(dataSource);
    }

    static DataVolume.@Nullable ClaimRef claim(GenericKubernetesResource dataSource) {
        String name = dataSource.get("spec", "source", "pvc", "name");
        String namespace = dataSource.get("spec", "source", "pvc", "namespace");
        return name == null
                ? null
                : new DataVolume.ClaimRef(
                        namespace == null ? dataSource.getMetadata().getNamespace() : namespace, name);
    }

    private static List<String> claims(GenericKubernetesResource dataSource) {
        DataVolume.ClaimRef claim = claim(dataSource);
        return claim == null ? List.of() : List.of(claim.key());
    }

    void reconcile(String key) {
        GenericKubernetesResource dataSource = dataSources.getStore().getByKey(key);
        if (dataSource == null) {
            return;
        }
        ObjectNode tree = api.tree(dataSource);
        ObjectNode status = api.object();
        var conditions = new Conditions(tree.path("status").path("conditions"), true);
        ObjectNode source = status.putObject("source");
        DataVolume.ClaimRef claim = claim(dataSource);
        DataVolume filling = claim == null ? null : cdi.dataVolume(claim.key());
        if (claim == null || cdi.claim(claim.key()) == null) {
            conditions.set("Ready", "False", "NotFound", "PVC not found");
        } else if (filling != null && !filling.phase().equals("Succeeded")) {
            conditions.set("Ready", "False", filling.phase(), "Import DataVolume phase " + filling.phase());
        } else {
            conditions.set("Ready", "True", "Ready", "DataSource is ready to be consumed");
            source.putObject("pvc").put("name", claim.name()).put("namespace", claim.namespace());
        }
        status.set("conditions", conditions.toArray());
        ObjectNode difference = api.difference(tree.path("status"), status);
        if (difference != null) {
            api.patchStatus(
                    Cdi.DATA_SOURCE,
                    dataSource.getMetadata().getNamespace(),
                    dataSource.getMetadata().getName(),
                    difference);
        }
    }

    @Override
    public void close() {
        dataSources.close();
    }
}
