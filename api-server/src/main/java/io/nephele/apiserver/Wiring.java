package io.nephele.apiserver;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.inject.Singleton;

/** {@code managedFields} are the larger half of most objects, and nobody here reads them: they never enter the caches. */
@Singleton
class Wiring implements KubernetesClientObjectMapperCustomizer {

    @JsonIgnoreProperties("managedFields")
    private abstract static class Slim {}

    @Override
    public void customize(ObjectMapper mapper) {
        mapper.addMixIn(ObjectMeta.class, Slim.class);
    }
}
