package io.nephele.operator.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.nephele.crds.quota.QuotaSpec;
import io.nephele.crds.quota.QuotaStatus;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LedgerTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final QuotaSpec LIMITS = new QuotaSpec(
            null,
            Map.of("instances", "10", "memory", "64Gi"),
            Map.of("instances", "6"),
            Map.of("alice", Map.of(), "bob", Map.of("instances", "2")));

    @Test
    void aMemberIsLimitedByHisOwnLimitAndByWhatOthersLeaveOfTheProjects() {
        var ledger = new Ledger("demo", LIMITS, null);
        for (int n = 0; n < 6; n++) {
            assertThat(order(ledger, "alice", "a" + n, "instances", 1)).isNull();
        }
        Excess own = order(ledger, "alice", "a6", "instances", 1);
        assertThat(own).isNotNull();
        assertThat(own.message())
                .isEqualTo(
                        "exceeded quota of the user alice in the project demo: instances, asked for: 1, used: 6, limit: 6");
        assertThat(order(ledger, null, "x", "instances", 4)).isNull();
        Excess projects = order(ledger, "bob", "b", "instances", 1);
        assertThat(projects).isNotNull();
        assertThat(projects.message())
                .isEqualTo(
                        "exceeded quota of the project demo: instances, asked for: 1, used: 10 (alice 6), limit: 10");
    }

    @Test
    void whoIsNoMemberHasNoQuota() {
        var ledger = new Ledger("demo", LIMITS, null);
        assertThat(order(ledger, "mallory", "m", "instances", 1)).isNotNull();
        assertThat(order(new Ledger("demo", QuotaSpec.NONE, null), "mallory", "m", "instances", 1))
                .as("where no memberships are known")
                .isNull();
    }

    @Test
    void overTheLimitIsLegalAndBlocksGrowthOnly() {
        var over = new QuotaStatus(Map.of("instances", "20", "memory", "100Gi"), null, null, null, null);
        var ledger = new Ledger("demo", LIMITS, over);
        var present = new Cost(null, Map.of("instances", 1L, "memory", 8L << 30));
        assertThat(ledger.excess(present, present)).isNull();
        assertThat(ledger.excess(present, new Cost(null, Map.of("instances", 1L, "memory", 4L << 30))))
                .isNull();
        assertThat(ledger.excess(present, Cost.NOTHING)).isNull();
        assertThat(ledger.excess(present, new Cost(null, Map.of("instances", 1L, "memory", 9L << 30))))
                .isNotNull();
    }

    @Test
    void aFrozenProjectHasNoRoomEvenWhereItWasUnlimited() {
        var frozen = new QuotaSpec("the project is suspended", Map.of("instances", "unlimited"), null, null);
        Excess excess = order(new Ledger("demo", frozen, null), null, "x", "vcpus", 1);
        assertThat(excess).isNotNull();
        assertThat(excess.message()).endsWith("limit: 0; all limits are zero: the project is suspended");
    }

    @Test
    void anObjectChangesHandsWithoutTheProjectNoticing() {
        var ledger = new Ledger("demo", LIMITS, null);
        order(ledger, "alice", "a", "instances", 1);
        var alices = new Cost("alice", Map.of("instances", 1L));
        var bobs = new Cost("bob", Map.of("instances", 1L));
        assertThat(ledger.excess(alices, bobs)).isNull();
        ledger.charge(Ledger.charge("instances", "a", "a", 2, bobs, NOW), alices, bobs, NOW, Desk.MEMORY);
        assertThat(ledger.status().usage()).isEqualTo(Map.of("instances", "1"));
        assertThat(ledger.status().members()).isEqualTo(Map.of("bob", Map.of("instances", "1")));
    }

    @Test
    void aVoidChargeLeavesNothingBehind() {
        var ledger = new Ledger("demo", LIMITS, null);
        order(ledger, "alice", "a", "memory", 8L << 30);
        ledger.settle(ledger.charges().getFirst(), Cost.NOTHING);
        assertThat(ledger.status().usage()).isEmpty();
        assertThat(ledger.status().members()).isEmpty();
        assertThat(ledger.charges()).isEmpty();
    }

    /** Any sequence of charges adds up to what the objects cost in the end, and comes through writing and reading unchanged. */
    @Test
    void usageIsTheSumOfWhatTheObjectsCost() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var costs = new TreeMap<String, Cost>();
        QuotaStatus status = QuotaStatus.NONE;
        for (int n = 0; n < 2000; n++) {
            var ledger = new Ledger("demo", QuotaSpec.NONE, status);
            String uid = "u" + random.nextInt(40);
            Cost previous = costs.getOrDefault(uid, Cost.NOTHING);
            Cost next = random.nextInt(3) == 0
                    ? Cost.NOTHING
                    : new Cost(
                            random.nextBoolean() ? "alice of the lab" : null,
                            Map.of("instances", 1L, "memory", (1L + random.nextInt(9)) << (20 + random.nextInt(12))));
            costs.put(uid, next);
            ledger.charge(Ledger.charge("instances", uid, uid, n, next, NOW), previous, next, NOW, Desk.MEMORY);
            status = Serialization.unmarshal(Serialization.asJson(ledger.status()), QuotaStatus.class);
            assertThat(status).isEqualTo(ledger.status());
        }
        var counted = new Ledger("demo", QuotaSpec.NONE, null);
        costs.values().forEach(counted::count);
        assertThat(new Ledger("demo", QuotaSpec.NONE, status).differences(counted))
                .as("seed " + seed)
                .isEmpty();
        assertThat(status.charges()).hasSizeLessThanOrEqualTo(Ledger.MOST_CHARGES);
    }

    private static Excess order(Ledger ledger, String user, String uid, String resource, long amount) {
        var cost = new Cost(user, Map.of(resource, amount));
        Excess excess = ledger.excess(Cost.NOTHING, cost);
        if (excess == null) {
            ledger.charge(Ledger.charge("instances", uid, uid, 1, cost, NOW), Cost.NOTHING, cost, NOW, Desk.MEMORY);
        }
        return excess;
    }
}
