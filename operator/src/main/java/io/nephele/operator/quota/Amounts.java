package io.nephele.operator.quota;

import io.fabric8.kubernetes.api.model.Quantity;
import io.nephele.crds.quota.QuotaSpec;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Amounts of resources: whole numbers in computations (bytes where the resource is measured in them), quantities in objects. */
final class Amounts {

    static final long UNLIMITED = Long.MAX_VALUE;

    private static final String UNITS = "KMGTP";
    private static final SortedMap<String, Long> NONE = new TreeMap<>();

    private Amounts() {}

    /** A limit or a usage; digits alone, which most are, without a detour. */
    static long parse(String text) {
        if (text.equals(QuotaSpec.UNLIMITED)) {
            return UNLIMITED;
        }
        if (text.length() < 19 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Long.parseLong(text);
        }
        BigDecimal amount = Quantity.getAmountInBytes(Quantity.parse(text)).setScale(0, RoundingMode.FLOOR);
        return amount.compareTo(BigDecimal.valueOf(UNLIMITED)) >= 0 ? UNLIMITED : amount.longValueExact();
    }

    /** As people write it: bytes in the largest unit that divides them. */
    static String format(String resource, long amount) {
        if (amount == UNLIMITED) {
            return QuotaSpec.UNLIMITED;
        }
        if (!isBytes(resource) || amount == 0) {
            return Long.toString(amount);
        }
        long rest = amount;
        int unit = -1;
        while (rest % 1024 == 0 && unit < UNITS.length() - 1) {
            rest /= 1024;
            unit++;
        }
        return unit < 0 ? Long.toString(rest) : rest + UNITS.substring(unit, unit + 1) + "i";
    }

    static boolean isBytes(String resource) {
        return resource.endsWith("memory") || resource.startsWith("storage.") || resource.equals("s3-bytes");
    }

    static SortedMap<String, Long> parse(@Nullable Map<String, String> amounts) {
        if (amounts == null || amounts.isEmpty()) {
            return new TreeMap<>(NONE);
        }
        var parsed = new TreeMap<String, Long>();
        amounts.forEach((resource, amount) -> parsed.put(resource, parse(amount)));
        return parsed;
    }

    static Map<String, String> format(Map<String, Long> amounts) {
        var formatted = new TreeMap<String, String>();
        amounts.forEach((resource, amount) -> formatted.put(resource, format(resource, amount)));
        return formatted;
    }

    /** Adds {@code more}, a negative multiple of it too; what comes to zero is left out. */
    static void add(Map<String, Long> to, Map<String, Long> more, int times) {
        more.forEach((resource, amount) -> {
            long sum = to.getOrDefault(resource, 0L) + times * amount;
            if (sum == 0) {
                to.remove(resource);
            } else {
                to.put(resource, sum);
            }
        });
    }
}
