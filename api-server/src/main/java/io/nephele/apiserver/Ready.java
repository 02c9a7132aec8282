package io.nephele.apiserver;

import io.nephele.apiserver.auth.MasterKeySource;
import io.nephele.apiserver.kube.Cluster;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the caches are filled and the master key is there: before that, everything would look as if it did not exist, and everybody as if he were a stranger. */
@Readiness
@Singleton
class Ready implements HealthCheck {

    private final Cluster cluster;
    private final MasterKeySource masterKey;

    Ready(Cluster cluster, MasterKeySource masterKey) {
        this.cluster = cluster;
        this.masterKey = masterKey;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("caches and master key")
                .status(cluster.isReady() && masterKey.isReady())
                .build();
    }
}
