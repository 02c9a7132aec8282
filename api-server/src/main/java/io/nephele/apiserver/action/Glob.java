package io.nephele.apiserver.action;

import java.util.Arrays;
import java.util.function.Predicate;

/**
 * A filter value: {@code *} stands for any characters, {@code ?} for one, a backslash takes the meaning from the next.
 *
 * <p>Matches in the time of both lengths multiplied at worst: values come from strangers, and a regular expression made of them could keep a processor busy for years.
 */
final class Glob implements Predicate<String> {

    private static final int ANY = -1;
    private static final int ONE = -2;

    /** Code points, {@link #ANY} and {@link #ONE}. */
    private final int[] pattern;

    private Glob(int[] pattern) {
        this.pattern = pattern;
    }

    /** Whether a text matches a value. */
    static Predicate<String> of(String value) {
        if (value.indexOf('*') < 0 && value.indexOf('?') < 0 && value.indexOf('\\') < 0) {
            return value::equals;
        }
        int[] from = value.codePoints().toArray();
        int[] to = new int[from.length];
        int length = 0;
        for (int i = 0; i < from.length; i++) {
            to[length++] = switch (from[i]) {
                case '*' -> ANY;
                case '?' -> ONE;
                case '\\' -> i + 1 < from.length ? from[++i] : '\\';
                default -> from[i];
            };
        }
        return new Glob(Arrays.copyOf(to, length));
    }

    @Override
    public boolean test(String string) {
        int[] text = string.codePoints().toArray();
        int t = 0;
        int p = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length) {
            if (p < pattern.length && pattern[p] == ANY) {
                star = p++;
                resume = t;
            } else if (p < pattern.length && (pattern[p] == ONE || pattern[p] == text[t])) {
                p++;
                t++;
            } else if (star >= 0) {
                // The last star takes one more; those before it never have to.
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length && pattern[p] == ANY) {
            p++;
        }
        return p == pattern.length;
    }
}
