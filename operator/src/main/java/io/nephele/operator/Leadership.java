package io.nephele.operator;

import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.ConfigurationService;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;

/** Whether this replica is the one that acts. A replica that has become it stays it as long as it runs: who loses the lease ends. Where none is elected, there is one replica. */
@Singleton
public class Leadership {

    private final CompletableFuture<Void> leading = new CompletableFuture<>();

    /** Runs something once, as soon as this replica acts; perhaps never. */
    public void whenLeading(Runnable action) {
        var _ = leading.thenRun(action);
    }

    LeaderCallbacks callbacks() {
        return new LeaderCallbacks(() -> leading.complete(null), () -> {}, _ -> {});
    }

    void start(@Observes StartupEvent event, ConfigurationService configuration) {
        if (configuration.getLeaderElectionConfiguration().isEmpty()) {
            leading.complete(null);
        }
    }
}
