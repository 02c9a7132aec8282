package io.nephele.apiserver.action;

import io.nephele.apiserver.protocol.AwsException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Filter;

/**
 * The filters of a Describe action: names and what each looks at. Several filters must all match, of the values of one any; {@code *} stands for any characters, {@code ?} for
 * one, a backslash takes the meaning from the next.
 *
 * @param <T> what is filtered
 */
public final class Filters<T> {

    private static final int MAX_VALUES = 200;

    private final Map<String, Function<T, Collection<String>>> names = new LinkedHashMap<>();

    /** A filter on one value; null never matches. */
    public Filters<T> on(String name, Function<T, @Nullable String> value) {
        names.put(name, item -> {
            String found = value.apply(item);
            return found == null ? List.of() : List.of(found);
        });
        return this;
    }

    /** A filter on several values, any of which may match. */
    public Filters<T> onAny(String name, Function<T, Collection<String>> values) {
        names.put(name, values);
        return this;
    }

    /** The filters that everything with tags has: {@code tag:<key>} and {@code tag-key}. */
    public Filters<T> onTags(Function<T, Map<String, String>> tags) {
        names.put("tag-key", item -> tags.apply(item).keySet());
        names.put("tag:", item -> List.of());
        this.tags = tags;
        return this;
    }

    private Function<T, Map<String, String>> tags = _ -> Map.of();

    /** What a request asks for. */
    public Predicate<T> of(List<Filter> filters) {
        List<Predicate<T>> all = new ArrayList<>();
        for (Filter filter : filters) {
            all.add(one(filter));
        }
        return item -> all.stream().allMatch(predicate -> predicate.test(item));
    }

    private Predicate<T> one(Filter filter) {
        String name = filter.name();
        if (name == null || name.isEmpty()) {
            throw AwsException.missing("Filter.Name");
        }
        if (filter.values().isEmpty()) {
            throw AwsException.invalidValue("The filter '" + name + "' has no values");
        }
        if (filter.values().size() > MAX_VALUES) {
            throw AwsException.of(
                    "FilterLimitExceeded",
                    "The maximum number of filter values specified on a single call is " + MAX_VALUES);
        }
        List<Predicate<String>> values =
                filter.values().stream().map(Filters::pattern).toList();
        Function<T, Collection<String>> found = values(name);
        return item ->
                found.apply(item).stream().anyMatch(text -> values.stream().anyMatch(value -> value.test(text)));
    }

    private Function<T, Collection<String>> values(String name) {
        if (name.startsWith("tag:") && names.containsKey("tag:")) {
            String key = name.substring(4);
            return item -> {
                String value = tags.apply(item).get(key);
                return value == null ? List.of() : List.of(value);
            };
        }
        Function<T, Collection<String>> found = names.get(name);
        if (found == null || name.equals("tag:")) {
            throw AwsException.invalidValue("The filter '" + name + "' is invalid");
        }
        return found;
    }

    /** Whether a text matches a value with wildcards. */
    static Predicate<String> pattern(String value) {
        if (value.indexOf('*') < 0 && value.indexOf('?') < 0 && value.indexOf('\\') < 0) {
            return value::equals;
        }
        var regex = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                case '\\' -> {
                    i++;
                    regex.append(Pattern.quote(i < value.length() ? value.substring(i, i + 1) : "\\"));
                }
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL).asMatchPredicate();
    }
}
