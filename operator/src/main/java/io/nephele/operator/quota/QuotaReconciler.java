package io.nephele.operator.quota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.micrometer.core.instrument.MeterRegistry;
import io.nephele.crds.Nephele;
import io.nephele.crds.quota.Quota;
import io.nephele.crds.quota.QuotaStatus;
import io.nephele.operator.Settings;
import io.nephele.operator.Writes;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts a project's objects now and then, and repairs the usage where it says something else: after an object that was charged and never written, or a change that admission did not see
 * because no webhook answered. A charge in flight is not undone: its object is waited for, and nothing is repaired while charges are being made.
 */
@ControllerConfiguration(fieldManager = Nephele.FIELD_MANAGER)
@GradualRetry(maxAttempts = -1, initialInterval = 500, intervalMultiplier = 2, maxInterval = 300_000)
public class QuotaReconciler implements Reconciler<Quota> {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final KubernetesClient client;
    private final Writes writes;
    private final Settings settings;
    private final Clock clock;
    private final Charging charging;
    private final MeterRegistry registry;

    /** What admission did not see does not change a Quota, so it is looked for at longer intervals. */
    private static final int UNSEEN_INTERVALS = 12;

    private final Map<String, Found> right = new ConcurrentHashMap<>();

    /** The resource version at which a Quota was found right: while it stands, nothing was charged. */
    private record Found(String version, Instant at) {}

    public QuotaReconciler(
            KubernetesClient client,
            Writes writes,
            Settings settings,
            Clock clock,
            Charging charging,
            MeterRegistry registry) {
        this.client = client;
        this.writes = writes;
        this.settings = settings;
        this.clock = clock;
        this.charging = charging;
        this.registry = registry;
    }

    @Override
    public ErrorStatusUpdateControl<Quota> updateErrorStatus(Quota seen, Context<Quota> context, Exception failure) {
        return ErrorStatusUpdateControl.noStatusUpdate();
    }

    @Override
    public UpdateControl<Quota> reconcile(Quota cached, Context<Quota> context) {
        String project = cached.getMetadata().getNamespace();
        Duration interval = settings.quota().checkInterval();
        Found found = right.get(project);
        if (found == null
                || !found.version().equals(version(cached))
                || found.at().isBefore(clock.instant().minus(interval.multipliedBy(UNSEEN_INTERVALS)))) {
            verify(project);
        }
        return UpdateControl.<Quota>noUpdate().rescheduleAfter(interval);
    }

    private void verify(String project) {
        Quota before = read(project);
        if (before == null) {
            right.remove(project);
            return;
        }
        Instant now = clock.instant();
        Ledger counted = count(project, before, now);
        Quota after = read(project);
        if (after == null || !version(after).equals(version(before))) {
            // Somebody was charged meanwhile: what was counted belongs to no moment.
            return;
        }
        var ledger = new Ledger(project, before.getSpec(), before.getStatus());
        List<String> differences = ledger.differences(counted);
        QuotaStatus status = counted.status();
        boolean summaryDiffers = before.getStatus() == null
                || !Objects.equals(status.summary(), before.getStatus().summary());
        if (differences.isEmpty() && !summaryDiffers) {
            right.put(project, new Found(version(before), now));
            return;
        }
        before.setStatus(status);
        try {
            client.resource(before).updateStatus();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            return;
        }
        if (!differences.isEmpty()) {
            tell(before, ledger, counted, differences);
        }
    }

    private @Nullable Quota read(String project) {
        return client.resources(Quota.class)
                .inNamespace(project)
                .withName(Quota.NAME)
                .get();
    }

    private static String version(HasMetadata object) {
        return object.getMetadata().getResourceVersion();
    }

    /** What the objects say, and the latest charges where their objects are not to be seen yet. */
    private Ledger count(String project, Quota quota, Instant now) {
        var ledger = new Ledger(
                project,
                quota.getSpec(),
                new QuotaStatus(
                        null,
                        null,
                        null,
                        null,
                        quota.getStatus() == null ? null : quota.getStatus().conditions()));
        var inFlight = new LinkedHashMap<String, QuotaStatus.Charge>();
        for (QuotaStatus.Charge charge : charges(quota)) {
            if (!Ledger.isOlder(charge, now, settings.quota().settledAfter())) {
                inFlight.put(charge.uid(), charge);
            }
        }
        for (String kind : charging.prices().charged()) {
            for (GenericKubernetesResource object : client.genericKubernetesResources(Settlement.context(kind))
                    .inNamespace(project)
                    .list()
                    .getItems()) {
                JsonNode node = MAPPER.valueToTree(object);
                String uid = object.getMetadata().getUid();
                Cost cost = charging.prices().of(kind, node);
                long generation = object.getMetadata().getGeneration() == null
                        ? 0
                        : object.getMetadata().getGeneration();
                QuotaStatus.Charge charge = inFlight.remove(uid);
                if (charge != null
                        && (charge.generation() > generation || charge.amounts().isEmpty())) {
                    cost = Ledger.costOf(charge);
                    ledger.remember(charge);
                }
                ledger.count(cost);
            }
        }
        inFlight.values().forEach(charge -> {
            ledger.count(Ledger.costOf(charge));
            ledger.remember(charge);
        });
        return ledger;
    }

    private static List<QuotaStatus.Charge> charges(Quota quota) {
        QuotaStatus status = quota.getStatus();
        return status == null || status.charges() == null ? List.of() : status.charges();
    }

    private void tell(Quota quota, Ledger said, Ledger counted, List<String> differences) {
        for (String resource : differences) {
            registry.counter("nephele.quota.drift", "resource", resource).increment();
        }
        writes.event(
                quota,
                "Warning",
                "UsageRepaired",
                "The usage was not what the objects say, and was set right: "
                        + String.join(
                                ", ",
                                differences.stream()
                                        .map(r -> r + " " + said.used(r) + " → " + counted.used(r))
                                        .toList()));
    }
}
