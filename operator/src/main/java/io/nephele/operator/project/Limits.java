package io.nephele.operator.project;

import io.fabric8.kubernetes.api.model.Quantity;
import io.nephele.crds.quota.QuotaSpec;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Limits as people write them: for a resource a quantity, or {@code unlimited}.
 *
 * @param resources what can be limited, by name
 */
record Limits(SortedSet<String> resources) {

    /** Of a cloud with these volume types: each has its own {@code storage.<type>}. */
    static Limits of(Collection<String> volumeTypes) {
        var resources = new TreeSet<>(java.util.List.of(
                "access-keys",
                "floating-ips",
                "images",
                "instances",
                "key-pairs",
                "members",
                "memory",
                "networks",
                "pending-applications",
                "running-memory",
                "running-vcpus",
                "s3-bytes",
                "snapshots",
                "vcpus",
                "volumes"));
        volumeTypes.forEach(type -> resources.add("storage." + type));
        return new Limits(resources);
    }

    /**
     * What is wrong with limits, or null.
     *
     * @param field for the message
     */
    @Nullable String fault(String field, @Nullable Map<String, String> limits) {
        for (var limit : limits == null ? Map.<String, String>of().entrySet() : limits.entrySet()) {
            if (!resources.contains(limit.getKey())) {
                return "%s: there is no resource %s; there are %s"
                        .formatted(field, limit.getKey(), String.join(", ", resources));
            }
            BigDecimal amount = amount(limit.getValue());
            if (amount == null || amount.signum() < 0) {
                return "%s.%s: %s is neither unlimited nor an amount such as 10 or 20Gi"
                        .formatted(field, limit.getKey(), limit.getValue());
            }
        }
        return null;
    }

    /** What is wrong with limits of a member in a project that has {@code project} itself, or null: no member's is higher. */
    @Nullable String memberFault(String field, @Nullable Map<String, String> member, @Nullable Map<String, String> project) {
        String fault = fault(field, member);
        if (fault != null || member == null || project == null) {
            return fault;
        }
        for (var limit : member.entrySet()) {
            String whole = project.get(limit.getKey());
            if (whole != null && isHigher(limit.getValue(), whole)) {
                return "%s.%s: %s is more than the %s that the project has"
                        .formatted(field, limit.getKey(), limit.getValue(), whole);
            }
        }
        return null;
    }

    /** Limits as a setting has them: {@code resource=quantity}. */
    static Map<String, String> of(Optional<List<String>> setting) {
        return setting.orElse(List.of()).stream()
                .map(word -> word.split("=", 2))
                .collect(Collectors.toMap(word -> word[0].strip(), word -> word[1].strip()));
    }

    /** The limits that are given, and for resources of which nothing is said those that a site gives. */
    static SortedMap<String, String> completed(@Nullable Map<String, String> given, Map<String, String> defaults) {
        var completed = new TreeMap<>(defaults);
        if (given != null) {
            completed.putAll(given);
        }
        return completed;
    }

    /** The same for limits of members: a site's are cut to what the project has. */
    static SortedMap<String, String> completedForMembers(
            @Nullable Map<String, String> given, Map<String, String> defaults, Map<String, String> project) {
        var cut = new TreeMap<>(defaults);
        cut.replaceAll((resource, limit) -> {
            String whole = project.get(resource);
            return whole != null && isHigher(limit, whole) ? whole : limit;
        });
        return completed(given, cut);
    }

    private static boolean isHigher(String limit, String than) {
        BigDecimal one = amount(limit);
        BigDecimal other = amount(than);
        return one != null && other != null && one.compareTo(other) > 0;
    }

    /** The amount; of what is unlimited one that nothing reaches; null where it is none. */
    private static @Nullable BigDecimal amount(String text) {
        if (text.equals(QuotaSpec.UNLIMITED)) {
            return BigDecimal.TEN.pow(30);
        }
        try {
            return Quantity.getAmountInBytes(Quantity.parse(text));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
