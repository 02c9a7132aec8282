package io.nephele.operator.instance;

import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceState;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;

/** {@code nephele_instances{state}}: how many there are; {@code nephele_instance_start_seconds}: from the order to Running. */
@ApplicationScoped
public class InstanceMetrics {

    /** The buckets of the histogram: from a start without obstacle to one that waits for room. */
    private static final Duration[] BUCKETS = Stream.of(1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
            .map(Duration::ofSeconds)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Timer starts;

    public InstanceMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.starts = Timer.builder("nephele.instance.start")
                .description("From the order to run until the guest runs")
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /** Counts what is in the cache, when somebody asks. */
    void count(IndexerResourceCache<Instance> instances) {
        for (InstanceState state : InstanceState.values()) {
            Gauge.builder(
                            "nephele.instances",
                            instances,
                            cache -> cache.list(i -> InstanceState.shown(i) == state)
                                    .count())
                    .description("Instances by the state that clients are shown")
                    .tag("state", state.awsName())
                    .register(registry);
        }
    }

    /** An Instance has come up. */
    void running(Instance instance, Instant now) {
        String since = instance.getStatus() == null || instance.getStatus().launchTime() == null
                ? instance.getMetadata().getCreationTimestamp()
                : instance.getStatus().launchTime();
        Duration took = Duration.between(Instant.parse(since), now);
        if (!took.isNegative()) {
            starts.record(took);
        }
    }
}
