package io.nephele.apiserver.auth;

import io.nephele.apiserver.protocol.AwsException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A request in the one form that client and server sign.
 *
 * <p>Source of the rules: "Create a canonical request" in the AWS IAM User Guide.
 */
final class CanonicalRequest {

    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private CanonicalRequest() {}

    /**
     * The text that is signed.
     *
     * @param signedHeaders all of which are in the request
     * @param bodyHash SHA-256 of the body that came, whatever the request says of it
     */
    static String of(HttpCall call, List<String> signedHeaders, String bodyHash) {
        var canonical = new StringBuilder();
        canonical.append(call.method()).append('\n');
        canonical.append(path(call.path())).append('\n');
        canonical.append(sortedQuery(call)).append('\n');
        for (String name : signedHeaders) {
            List<String> values = call.headers().getOrDefault(name, List.of());
            canonical.append(name).append(':');
            canonical.append(values.stream()
                    .map(value -> BLANKS.matcher(value.trim()).replaceAll(" "))
                    .collect(Collectors.joining(",")));
            canonical.append('\n');
        }
        canonical.append('\n').append(String.join(";", signedHeaders)).append('\n');
        return canonical.append(bodyHash).toString();
    }

    /** Every service but S3 encodes the path once more. */
    private static String path(String path) {
        if (path.isEmpty()) {
            return "/";
        }
        return Arrays.stream(path.split("/", -1)).map(CanonicalRequest::encode).collect(Collectors.joining("/"));
    }

    private static String sortedQuery(HttpCall call) {
        if (call.query() == null || call.query().isEmpty()) {
            return "";
        }
        record Pair(String name, String value) {}
        var pairs = new ArrayList<Pair>();
        for (String pair : call.query().split("&")) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            if (!name.equals("X-Amz-Signature") && !pair.isEmpty()) {
                pairs.add(new Pair(encode(name), encode(value)));
            }
        }
        // By name, and only then by value: as one text, A.1=x would come after A.10=x.
        pairs.sort(Comparator.comparing(Pair::name).thenComparing(Pair::value));
        return pairs.stream().map(pair -> pair.name() + "=" + pair.value()).collect(Collectors.joining("&"));
    }

    /** The parameters in the query string; of those that come twice the first. */
    static Map<String, String> query(HttpCall call) {
        var query = new TreeMap<String, String>();
        if (call.query() != null) {
            for (String pair : call.query().split("&")) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    query.putIfAbsent(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
                }
            }
        }
        return query;
    }

    private static String decode(String text) {
        try {
            // As the parameters are read, with a plus sign for a blank: what is signed must be what is done.
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw AwsException.of("MalformedQueryString", "The query string contains a malformed escape sequence");
        }
    }

    /** Everything but the unreserved characters of RFC 3986 as %XX. */
    private static String encode(String text) {
        var encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean unreserved = (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || "-_.~".indexOf(c) >= 0;
            if (unreserved) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return encoded.toString();
    }
}
