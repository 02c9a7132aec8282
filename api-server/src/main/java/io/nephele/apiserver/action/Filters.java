package io.nephele.apiserver.action;

import io.nephele.apiserver.protocol.AwsException;
import io.nephele.apiserver.protocol.Timestamps;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * The filters of a Describe action: names and what each looks at. Several filters must all match, of the values of one any; a value may have {@linkplain Glob wildcards}.
 *
 * <p>An action knows every name that AWS documents for it, also those of things that are not in this cloud: they match nothing, instead of being refused.
 *
 * @param <T> what is filtered
 */
public final class Filters<T> {

    private static final int MAX_VALUES = 200;
    private static final String TAG = "tag:";

    private final Map<String, Function<T, Collection<String>>> names = new HashMap<>();
    private @Nullable Function<T, List<Tag>> tags;

    /** A filter on one value; null never matches. */
    public Filters<T> on(String name, Function<T, @Nullable String> value) {
        return onAny(name, item -> {
            String found = value.apply(item);
            return found == null ? List.of() : List.of(found);
        });
    }

    /** A filter on several values, any of which may match. */
    public Filters<T> onAny(String name, Function<T, Collection<String>> values) {
        names.put(name, values);
        return this;
    }

    /** A filter on something that is true or false, or a number. */
    public Filters<T> onValue(String name, Function<T, @Nullable Object> value) {
        return on(name, item -> {
            Object found = value.apply(item);
            return found == null ? null : found.toString();
        });
    }

    /** A filter on a moment, as it is written in answers. */
    public Filters<T> onTime(String name, Function<T, @Nullable Instant> time) {
        return on(name, item -> {
            Instant found = time.apply(item);
            return found == null ? null : Timestamps.text(found);
        });
    }

    /** The filters that everything with tags has: {@code tag:<key>} and {@code tag-key}. */
    public Filters<T> onTags(Function<T, List<Tag>> tags) {
        this.tags = tags;
        return onAny("tag-key", item -> tags.apply(item).stream().map(Tag::key).toList());
    }

    /** Names that AWS documents, of things that nothing in this cloud has. */
    public Filters<T> onNothing(String... absent) {
        for (String name : absent) {
            onAny(name, _ -> List.of());
        }
        return this;
    }

    /** What a request asks for. */
    public Predicate<T> of(List<Filter> filters) {
        List<Predicate<T>> all = filters.stream().map(this::one).toList();
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
        Function<T, Collection<String>> found = values(name);
        List<Predicate<String>> values = filter.values().stream().map(Glob::of).toList();
        return item -> {
            Collection<String> texts = found.apply(item);
            return !texts.isEmpty()
                    && texts.stream().anyMatch(text -> values.stream().anyMatch(value -> value.test(text)));
        };
    }

    private Function<T, Collection<String>> values(String name) {
        Function<T, List<Tag>> tagged = tags;
        if (tagged != null && name.startsWith(TAG) && name.length() > TAG.length()) {
            String key = name.substring(TAG.length());
            return item -> tagged.apply(item).stream()
                    .filter(tag -> tag.key().equals(key))
                    .map(Tag::value)
                    .toList();
        }
        Function<T, Collection<String>> found = names.get(name);
        if (found == null) {
            throw AwsException.invalidValue("The filter '" + name + "' is invalid");
        }
        return found;
    }
}
