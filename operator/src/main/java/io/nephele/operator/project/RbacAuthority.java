package io.nephele.operator.project;

import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.crds.Nephele;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asks the API server, by a SubjectAccessReview. */
@Singleton
class RbacAuthority implements Authority {

    private final KubernetesClient client;

    RbacAuthority(KubernetesClient client) {
        this.client = client;
    }

    @Override
    public boolean may(String user, Set<String> groups, String verb, String resource, @Nullable String namespace) {
        var review = new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser(user)
                .withGroups(List.copyOf(groups))
                .withNewResourceAttributes()
                .withGroup(Nephele.GROUP)
                .withResource(resource)
                .withVerb(verb)
                .withNamespace(namespace)
                .endResourceAttributes()
                .endSpec()
                .build();
        return Boolean.TRUE.equals(client.authorization()
                .v1()
                .subjectAccessReview()
                .create(review)
                .getStatus()
                .getAllowed());
    }
}
