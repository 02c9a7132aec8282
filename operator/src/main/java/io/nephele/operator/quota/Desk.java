package io.nephele.operator.quota;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.nephele.crds.quota.Quota;
import io.nephele.crds.quota.QuotaStatus;
import io.nephele.crds.quota.QuotaStatus.Charge;
import io.nephele.operator.admission.Asked;
import io.nephele.operator.admission.Operation;
import io.nephele.operator.admission.Verdict;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where the charges of one project are made. Whoever comes to it while nobody is served serves all who wait, in one compare-and-swap of the Quota: under contention it costs less than one
 * write a charge. Other replicas have desks of their own; between them the API server decides, by the resource version.
 */
final class Desk {

    /** How long an object may take from being charged to being written. After that a charge without an object is void, where somebody else needs its place. */
    static final Duration GRACE = Duration.ofSeconds(10);

    /** How long charges are remembered. */
    static final Duration MEMORY = Duration.ofMinutes(2);

    /** Less than the API server waits for the webhook, so that it hears the reason. */
    private static final Duration PATIENCE = Duration.ofSeconds(12);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private static final Verdict BUSY = new Verdict.Denied(
            HttpURLConnection.HTTP_UNAVAILABLE,
            "ServiceUnavailable",
            "the project's quota is being changed by many at once: try again");

    private final String project;
    private final KubernetesClient client;
    private final Prices prices;
    private final Settlement settlement;
    private final Clock clock;
    private final ReentrantLock counter = new ReentrantLock(true);
    private final ConcurrentLinkedQueue<Customer> waiting = new ConcurrentLinkedQueue<>();
    private @Nullable Quota latest;

    /** Somebody who wants an object charged. The verdict is set by whoever serves him. */
    private static final class Customer {
        private final Asked asked;
        private volatile @Nullable Verdict verdict;

        private Customer(Asked asked) {
            this.asked = asked;
        }
    }

    Desk(String project, KubernetesClient client, Prices prices, Settlement settlement, Clock clock) {
        this.project = project;
        this.client = client;
        this.prices = prices;
        this.settlement = settlement;
        this.clock = clock;
    }

    /** Charges an object, or says why it cannot be. */
    Verdict serve(Asked asked) {
        Instant deadline = clock.instant().plus(PATIENCE);
        var customer = new Customer(asked);
        while (clock.instant().isBefore(deadline)) {
            Verdict verdict = queue(customer, deadline);
            if (verdict != null) {
                return verdict;
            }
            pause(PAUSE);
        }
        return BUSY;
    }

    /** Null while a charge that is in the way may still turn out to be void. */
    private @Nullable Verdict queue(Customer customer, Instant deadline) {
        waiting.add(customer);
        counter.lock();
        try {
            // Whoever had the counter before may have served this one too.
            if (waiting.contains(customer)) {
                serveWaiting(deadline);
            }
        } finally {
            counter.unlock();
        }
        return customer.verdict;
    }

    private void serveWaiting(Instant deadline) {
        var customers = new ArrayList<Customer>();
        for (Customer next = waiting.poll(); next != null; next = waiting.poll()) {
            customers.add(next);
        }
        try {
            serve(customers, deadline);
        } catch (RuntimeException e) {
            // What was decided and could not be written counts for nobody: the others come again.
            latest = null;
            customers.forEach(customer -> customer.verdict = null);
            throw e;
        }
    }

    private void serve(List<Customer> customers, Instant deadline) {
        Quota quota = latest;
        boolean live = false;
        while (clock.instant().isBefore(deadline)) {
            if (quota == null) {
                quota = client.resources(Quota.class)
                        .inNamespace(project)
                        .withName(Quota.NAME)
                        .get();
                live = true;
            }
            if (quota == null) {
                // What goes needs no Quota: where the namespace goes, the Quota may have gone first.
                customers.forEach(customer ->
                        customer.verdict = Subject.of(customer.asked).goes() ? Verdict.ALLOWED : noQuota());
                return;
            }
            QuotaStatus before = quota.getStatus();
            var ledger = new Ledger(project, quota.getSpec(), before);
            boolean refused = !decide(customers, ledger);
            if (refused && !live) {
                // Nobody is refused for what is remembered.
                quota = null;
                continue;
            }
            try {
                latest = ledger.isChanged() ? write(quota, ledger.status()) : quota;
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT && e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                    throw e;
                }
                quota = null;
                pause(Duration.ofMillis(ThreadLocalRandom.current().nextInt(1, 10)));
            }
        }
        customers.forEach(customer -> customer.verdict = BUSY);
    }

    private Verdict noQuota() {
        return new Verdict.Denied(
                HttpURLConnection.HTTP_UNAVAILABLE,
                "ServiceUnavailable",
                "the project " + project + " has no Quota yet: try again in a moment");
    }

    /** Whether nobody is refused. */
    private boolean decide(List<Customer> customers, Ledger ledger) {
        boolean good = true;
        boolean open = false;
        for (Customer customer : customers) {
            Verdict verdict = decide(customer.asked, ledger, open);
            customer.verdict = verdict;
            good &= verdict instanceof Verdict.Allowed;
            open |= verdict == null;
        }
        return good;
    }

    /**
     * Decides one.
     *
     * @param open whether it is known already that objects may still come whose charges are in the way
     * @return null where that is so
     */
    private @Nullable Verdict decide(Asked asked, Ledger ledger, boolean open) {
        Instant now = clock.instant();
        String kind = asked.resource();
        var subject = Subject.of(asked);
        Cost next = subject.goes() ? Cost.NOTHING : prices.of(kind, subject.object());
        @Nullable Charge charged = ledger.charge(subject.uid());
        Cost previous = charged != null
                ? Ledger.costOf(charged)
                : asked.old() == null ? Cost.NOTHING : prices.of(kind, asked.old());
        if (asked.operation() == Operation.CREATE && charged == null) {
            @Nullable Charge namesake = ledger.namesake(kind, asked.name(), subject.uid());
            if (namesake != null) {
                if (settlement.exists(project, kind, asked.name())) {
                    // The API server will say that it is there already.
                    return Verdict.ALLOWED;
                }
                ledger.settle(namesake, Cost.NOTHING);
            }
        }
        if (previous.equals(next)) {
            return Verdict.ALLOWED;
        }
        Excess excess = ledger.excess(previous, next);
        if (excess == null && asked.dryRun()) {
            return Verdict.ALLOWED;
        }
        if (excess == null) {
            ledger.charge(
                    Ledger.charge(kind, asked.name(), subject.uid(), subject.generation(), next, now),
                    previous,
                    next,
                    now,
                    MEMORY);
            return Verdict.ALLOWED;
        }
        if (open) {
            return null;
        }
        return switch (settlement.settle(project, ledger, now)) {
            case SETTLED -> new Verdict.Exceeded(excess.resource(), excess.message());
            case VOIDED -> decide(asked, ledger, false);
            case OPEN -> null;
        };
    }

    private Quota write(Quota read, QuotaStatus status) {
        var quota = new Quota();
        quota.setMetadata(read.getMetadata());
        quota.setSpec(read.getSpec());
        quota.setStatus(status);
        return client.resource(quota).updateStatus();
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
