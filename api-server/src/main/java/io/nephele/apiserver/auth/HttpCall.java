package io.nephele.apiserver.auth;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came in, before anything has been decoded: a signature is over these bytes.
 *
 * @param path the path of the request target, still encoded
 * @param query the query string, still encoded
 * @param headers by lower-case name
 */
public record HttpCall(
        String method, String path, @Nullable String query, Map<String, List<String>> headers, byte[] body) {

    /** The first value of a header, or null. */
    public @Nullable String header(String name) {
        List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
        return values == null || values.isEmpty() ? null : values.getFirst();
    }
}
