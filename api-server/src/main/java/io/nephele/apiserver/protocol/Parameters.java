package io.nephele.apiserver.protocol;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters of a request, from its query string and its form body. */
public final class Parameters {

    private static final int MAX = 5000;

    private final Map<String, String> values = new LinkedHashMap<>();

    /** Parses {@code a=b&c=d}, either of which may be null. */
    public Parameters(@Nullable String query, @Nullable String form) {
        add(query);
        add(form);
    }

    private void add(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return;
        }
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            if (!name.isEmpty()) {
                values.putIfAbsent(name, value);
            }
            if (values.size() > MAX) {
                throw AwsException.of("MalformedQueryString", "The request has more than " + MAX + " parameters");
            }
        }
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw AwsException.of("MalformedQueryString", "The query string contains a malformed escape sequence");
        }
    }

    /** One parameter, or null. */
    public @Nullable String get(String name) {
        return values.get(name);
    }

    /** All of them, in their order. */
    public Map<String, String> all() {
        return values;
    }
}
