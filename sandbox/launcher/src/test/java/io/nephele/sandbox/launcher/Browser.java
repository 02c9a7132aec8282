package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.nephele.sandbox.controlplane.Pki;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** As much of a web browser as a login needs: it keeps cookies, follows redirects and fills in forms. */
final class Browser implements AutoCloseable {

    private static final Pattern FORM = Pattern.compile("<form[^>]*\\saction=\"([^\"]*)\"", Pattern.CASE_INSENSITIVE);
    private static final Pattern INPUT = Pattern.compile("<input[^>]*>", Pattern.CASE_INSENSITIVE);
    private static final Pattern ATTRIBUTE = Pattern.compile("([a-z]+)=\"([^\"]*)\"", Pattern.CASE_INSENSITIVE);

    private final HttpClient http;

    /** @param pki of the servers that are trusted */
    Browser(Pki pki) throws IOException {
        http = Https.trusting(pki, new CookieManager());
    }

    /** What a browser shows. A redirect to an address that is not of HTTPS is not followed: nobody listens there. */
    record Page(URI address, String body) {

        boolean hasInput(String name) {
            return INPUT.matcher(body)
                    .results()
                    .anyMatch(input -> name.equals(attributes(input.group()).get("name")));
        }

        /** A parameter of the query in the address. */
        String parameter(String name) {
            Matcher found = Pattern.compile("[?&]" + name + "=([^&]*)").matcher(address.toString());
            assertThat(found.find()).as("%s in %s", name, address).isTrue();
            return found.group(1);
        }
    }

    Page open(URI address) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(address));
    }

    /** Sends the page's form, with its hidden fields and with {@code fields}. */
    Page submit(Page page, Map<String, String> fields) throws IOException, InterruptedException {
        Matcher form = FORM.matcher(page.body());
        assertThat(form.find())
                .as("A form in %s:%n%s", page.address(), page.body())
                .isTrue();
        var all = new LinkedHashMap<String, String>();
        INPUT.matcher(page.body())
                .results()
                .map(input -> attributes(input.group()))
                .forEach(input -> {
                    if ("hidden".equalsIgnoreCase(input.get("type")) && input.containsKey("name")) {
                        all.put(input.get("name"), input.getOrDefault("value", ""));
                    }
                });
        all.putAll(fields);
        return send(HttpRequest.newBuilder(page.address().resolve(unescape(form.group(1))))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(encode(all))));
    }

    /** Fills in every form that comes, the password where it is asked for, until there is none or the address is not of HTTPS. */
    Page logIn(URI address, String user, String password) throws IOException, InterruptedException {
        Page page = open(address);
        for (int forms = 0; forms < 8 && FORM.matcher(page.body()).find(); forms++) {
            page = submit(page, page.hasInput("password") ? Map.of("username", user, "password", password) : Map.of());
        }
        return page;
    }

    private Page send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = http.send(request.build(), BodyHandlers.ofString());
        var location = response.headers().firstValue("Location");
        if (location.isEmpty()) {
            return new Page(response.uri(), response.body());
        }
        URI next = response.uri().resolve(location.get());
        return next.getScheme().equals("https") ? open(next) : new Page(next, "");
    }

    private static Map<String, String> attributes(String tag) {
        return ATTRIBUTE
                .matcher(tag)
                .results()
                .collect(Collectors.toMap(
                        found -> found.group(1), found -> unescape(found.group(2)), (first, _) -> first));
    }

    private static String unescape(String html) {
        return html.replace("&quot;", "\"").replace("&#x3d;", "=").replace("&amp;", "&");
    }

    static String encode(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> URLEncoder.encode(field.getKey(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    @Override
    public void close() {
        http.close();
    }
}
