package io.nephele.operator;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** What the frameworks are told. */
class Wiring {

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    LeaderElectionConfiguration leaderElection(Settings settings, Leadership leadership) {
        return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration("nephele-operator")
                .withLeaseNamespace(settings.systemNamespace())
                .withLeaderCallbacks(leadership.callbacks())
                .build();
    }

    /** Without a time series for each object: their number has no bound. */
    @Produces
    @Singleton
    Metrics metrics(MeterRegistry registry) {
        return MicrometerMetrics.withoutPerResourceMetrics(registry);
    }

    /** Retries go on for ever here: a time series for each number of them would have no bound either. */
    @Produces
    @Singleton
    MeterFilter noRetryNumbers() {
        return MeterFilter.ignoreTags("reconciliations.retries.number", "reconciliations.retries.last");
    }

    /** {@code managedFields} are the larger half of most objects, and nobody here reads them: they never enter the caches. */
    @Singleton
    static class NoManagedFields implements KubernetesClientObjectMapperCustomizer {

        @JsonIgnoreProperties("managedFields")
        private abstract static class Slim {}

        @Override
        public void customize(ObjectMapper mapper) {
            mapper.addMixIn(ObjectMeta.class, Slim.class);
        }
    }
}
