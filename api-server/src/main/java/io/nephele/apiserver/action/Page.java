package io.nephele.apiserver.action;

import io.nephele.apiserver.protocol.AwsException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list. The token says after which key the next part begins, so it needs no memory here, and stays right while things come and go.
 *
 * @param nextToken null on the last page
 */
public record Page<T>(List<T> items, @Nullable String nextToken) {

    private static final String MARK = "nephele1:";

    /** How much of a list is asked for. */
    public record Bounds(
            @Nullable Integer maxResults, @Nullable String nextToken, int least, int most) {

        /** @throws AwsException if ids are named and a page size is given too, as AWS refuses it */
        public Bounds notWith(List<String> ids) {
            if (maxResults != null && !ids.isEmpty()) {
                throw AwsException.invalidCombination(
                        "The parameter MaxResults cannot be used together with a list of ids");
            }
            return this;
        }
    }

    /**
     * Cuts a list.
     *
     * @param key unique for each item; the list is in the order of keys
     */
    public static <T> Page<T> of(Stream<T> items, Function<T, String> key, Bounds bounds) {
        Integer max = bounds.maxResults();
        if (max != null && (max < bounds.least() || max > bounds.most())) {
            throw AwsException.invalidValue(
                    "Value ( %d ) for parameter maxResults is invalid. Expecting a value between %d and %d."
                            .formatted(max, bounds.least(), bounds.most()));
        }
        String after = bounds.nextToken() == null ? "" : decode(bounds.nextToken());
        List<T> rest = items.filter(item -> after.isEmpty() || key.apply(item).compareTo(after) > 0)
                .sorted(Comparator.comparing(key))
                .limit(max == null ? Long.MAX_VALUE : max + 1L)
                .toList();
        if (max == null || rest.size() <= max) {
            return new Page<>(rest, null);
        }
        List<T> page = rest.subList(0, max);
        return new Page<>(page, encode(key.apply(page.getLast())));
    }

    private static String encode(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString((MARK + key).getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String token) {
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            if (text.startsWith(MARK)) {
                return text.substring(MARK.length());
            }
        } catch (IllegalArgumentException notBase64) {
            // Refused below.
        }
        throw AwsException.of("InvalidPaginationToken", "The pagination token is invalid");
    }
}
