package io.nephele.operator.quota;

import io.nephele.crds.quota.QuotaSpec;
import io.nephele.crds.quota.QuotaStatus;
import io.nephele.crds.quota.QuotaStatus.Charge;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A project's usage, being written: what was read from its Quota, and what charges make of it. Not for several threads. */
final class Ledger {

    /** More charges than this are not remembered. */
    static final int MOST_CHARGES = 100;

    private final String project;
    private final QuotaSpec spec;
    private final SortedMap<String, Long> usage;
    private final SortedMap<String, SortedMap<String, Long>> members = new TreeMap<>();
    private final List<Charge> charges;
    private final QuotaStatus before;
    private boolean changed;

    /**
     * Starts from what stands in the Quota.
     *
     * @param project its name, for messages
     */
    Ledger(String project, @Nullable QuotaSpec spec, @Nullable QuotaStatus status) {
        this.project = project;
        this.spec = spec == null ? QuotaSpec.NONE : spec;
        this.before = status == null ? QuotaStatus.NONE : status;
        this.usage = Amounts.parse(before.usage());
        if (before.members() != null) {
            before.members().forEach((user, amounts) -> members.put(user, Amounts.parse(amounts)));
        }
        this.charges = new ArrayList<>(before.charges() == null ? List.of() : before.charges());
    }

    /** The charges that are remembered, the latest last. */
    List<Charge> charges() {
        return List.copyOf(charges);
    }

    /** What was charged last for the object of this UID, if that is remembered. */
    @Nullable Charge charge(String uid) {
        return charges.stream().filter(c -> c.uid().equals(uid)).findFirst().orElse(null);
    }

    /** A remembered charge for an object of this name and another UID: of an attempt to make it, which came to something or not. */
    @Nullable Charge namesake(String kind, String name, String uid) {
        return charges.stream()
                .filter(c -> c.kind().equals(kind)
                        && c.name().equals(name)
                        && !c.uid().equals(uid))
                .filter(c -> !c.amounts().isEmpty())
                .findFirst()
                .orElse(null);
    }

    static Cost costOf(Charge charge) {
        return new Cost(charge.user(), Amounts.parse(charge.amounts()));
    }

    /**
     * What stands against an object costing {@code next} from now on, where it cost {@code previous} so far; null if nothing does. Only what grows is looked at.
     */
    @Nullable Excess excess(Cost previous, Cost next) {
        for (var entry : next.amounts().entrySet()) {
            String resource = entry.getKey();
            long asked = entry.getValue();
            long growth = asked - previous.amounts().getOrDefault(resource, 0L);
            long limit = spec.frozen() != null ? 0 : limit(spec.limits(), resource);
            long used = usage.getOrDefault(resource, 0L);
            if (growth > 0 && exceeds(used, growth, limit)) {
                return new Excess(project, resource, null, growth, used, limit, spec.frozen(), users(resource));
            }
            String user = next.user();
            if (user == null) {
                continue;
            }
            boolean same = user.equals(previous.user());
            long memberGrowth = same ? growth : asked;
            long memberLimit = memberLimit(user, resource);
            long memberUsed = members.getOrDefault(user, new TreeMap<>()).getOrDefault(resource, 0L);
            if (memberGrowth > 0 && exceeds(memberUsed, memberGrowth, memberLimit)) {
                return new Excess(
                        project, resource, user, memberGrowth, memberUsed, memberLimit, spec.frozen(), List.of());
            }
        }
        return null;
    }

    private static boolean exceeds(long used, long growth, long limit) {
        return limit != Amounts.UNLIMITED && used > limit - growth;
    }

    private static long limit(@Nullable Map<String, String> limits, String resource) {
        String limit = limits == null ? null : limits.get(resource);
        return limit == null ? Amounts.UNLIMITED : Amounts.parse(limit);
    }

    private long memberLimit(String user, String resource) {
        if (spec.frozen() != null) {
            return 0;
        }
        Map<String, String> own =
                spec.members() == null ? Map.of() : spec.members().get(user);
        if (own == null) {
            return 0;
        }
        return own.containsKey(resource) ? limit(own, resource) : limit(spec.memberLimits(), resource);
    }

    /** The users of a resource, who uses most first. */
    private List<Map.Entry<String, Long>> users(String resource) {
        return members.entrySet().stream()
                .filter(member -> member.getValue().containsKey(resource))
                .map(member -> Map.entry(member.getKey(), member.getValue().getOrDefault(resource, 0L)))
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .toList();
    }

    /** Writes down that an object costs {@code next} from now on, where it cost {@code previous}. What is older than {@code memory} is forgotten. */
    void charge(Charge charge, Cost previous, Cost next, Instant now, Duration memory) {
        changed = true;
        Amounts.add(usage, previous.amounts(), -1);
        Amounts.add(usage, next.amounts(), 1);
        ofMember(previous, -1);
        ofMember(next, 1);
        charges.removeIf(c -> c.uid().equals(charge.uid()) || isOlder(c, now, memory));
        charges.add(charge);
        while (charges.size() > MOST_CHARGES) {
            charges.removeFirst();
        }
    }

    /** The charge with another cost, because the object turned out to be otherwise; or without any, because there is none. */
    void settle(Charge charge, Cost real) {
        changed = true;
        Cost charged = costOf(charge);
        Amounts.add(usage, charged.amounts(), -1);
        Amounts.add(usage, real.amounts(), 1);
        ofMember(charged, -1);
        ofMember(real, 1);
        charges.removeIf(c -> c.uid().equals(charge.uid()));
    }

    /** Adds what an object was found to cost. */
    void count(Cost cost) {
        Amounts.add(usage, cost.amounts(), 1);
        ofMember(cost, 1);
    }

    /** Keeps a charge in mind that is part of what was counted. */
    void remember(Charge charge) {
        charges.add(charge);
    }

    static boolean isOlder(Charge charge, Instant now, Duration age) {
        return Instant.parse(charge.at()).isBefore(now.minus(age));
    }

    private void ofMember(Cost cost, int times) {
        String user = cost.user();
        if (user == null || cost.amounts().isEmpty()) {
            return;
        }
        SortedMap<String, Long> amounts = members.computeIfAbsent(user, _ -> new TreeMap<>());
        Amounts.add(amounts, cost.amounts(), times);
        if (amounts.isEmpty()) {
            members.remove(user);
        }
    }

    /** The charge of an object. */
    static Charge charge(String kind, String name, String uid, long generation, Cost cost, Instant now) {
        return new Charge(
                kind,
                name,
                uid,
                generation,
                cost.user(),
                Amounts.format(cost.amounts()),
                now.truncatedTo(ChronoUnit.MILLIS).toString());
    }

    /** The resources in which usage is not what was counted. */
    List<String> differences(Ledger counted) {
        var resources = new TreeSet<String>();
        compare(usage, counted.usage, resources);
        var users = new TreeSet<>(members.keySet());
        users.addAll(counted.members.keySet());
        users.forEach(user -> compare(
                members.getOrDefault(user, new TreeMap<>()),
                counted.members.getOrDefault(user, new TreeMap<>()),
                resources));
        return List.copyOf(resources);
    }

    private static void compare(Map<String, Long> one, Map<String, Long> other, Set<String> differing) {
        var resources = new TreeSet<>(one.keySet());
        resources.addAll(other.keySet());
        resources.stream()
                .filter(r -> !one.getOrDefault(r, 0L).equals(other.getOrDefault(r, 0L)))
                .forEach(differing::add);
    }

    /** Usage of a resource by the project, for messages. */
    String used(String resource) {
        return Amounts.format(resource, usage.getOrDefault(resource, 0L));
    }

    /** Whether there is something to write. */
    boolean isChanged() {
        return changed;
    }

    /** The status to write. */
    QuotaStatus status() {
        var formatted = new TreeMap<String, Map<String, String>>();
        members.forEach((user, amounts) -> formatted.put(user, Amounts.format(amounts)));
        return new QuotaStatus(Amounts.format(usage), formatted, charges, summary(), before.conditions());
    }

    private Map<String, String> summary() {
        var summary = new TreeMap<String, String>();
        for (String resource : List.of("instances", "vcpus", "memory", "volumes")) {
            summary.put(resource, of(resource));
        }
        summary.put("running", of("running-vcpus"));
        long storage = usage.entrySet().stream()
                .filter(e -> e.getKey().startsWith("storage."))
                .mapToLong(Map.Entry::getValue)
                .sum();
        summary.put("storage", Amounts.format("storage.", storage));
        summary.put(
                "members",
                String.join(
                        ", ",
                        users("instances").stream()
                                .limit(5)
                                .map(e -> e.getKey() + " " + e.getValue())
                                .toList()));
        return summary;
    }

    private String of(String resource) {
        long limit = spec.frozen() != null ? 0 : limit(spec.limits(), resource);
        return used(resource) + (limit == Amounts.UNLIMITED ? "" : "/" + Amounts.format(resource, limit));
    }
}
