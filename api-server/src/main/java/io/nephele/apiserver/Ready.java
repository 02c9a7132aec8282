package io.nephele.apiserver;

import io.nephele.apiserver.kube.Cluster;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the caches are filled: before that, everything would look as if it did not exist. */
@Readiness
@Singleton
class Ready implements HealthCheck {

    private final Cluster cluster;

    Ready(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("caches").status(cluster.isReady()).build();
    }
}
