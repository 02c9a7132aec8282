package io.nephele.operator.quota;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.nephele.crds.instancetype.InstanceType;
import io.nephele.operator.Settings;
import io.nephele.operator.admission.Asked;
import io.nephele.operator.admission.Rule;
import io.nephele.operator.admission.Verdict;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Charges what is admitted to its project. The last of the rules, which come in descending priority, 0 where none is given: what another refuses is not charged. */
@Startup
@Priority(-1)
@ApplicationScoped
public class Charging implements Rule {

    private final KubernetesClient client;
    private final Clock clock;
    private final SharedIndexInformer<InstanceType> types;
    private final Prices prices;
    private final Settlement settlement;
    private final Map<String, Desk> desks = new ConcurrentHashMap<>();

    Charging(KubernetesClient client, Settings settings, Clock clock) {
        this.client = client;
        this.clock = clock;
        types = client.resources(InstanceType.class).inform();
        prices = new Prices(name -> types.getStore().getByKey(name), settings.defaultVolumeType());
        settlement = new Settlement(client, prices);
    }

    /** What things cost here. */
    Prices prices() {
        return prices;
    }

    @Override
    public Set<String> resources() {
        return prices.charged();
    }

    @Override
    public Verdict judge(Asked asked) {
        String project = Objects.requireNonNull(asked.namespace());
        return desks.computeIfAbsent(project, p -> new Desk(p, client, prices, settlement, clock))
                .serve(asked);
    }

    @PreDestroy
    void close() {
        types.close();
    }
}
