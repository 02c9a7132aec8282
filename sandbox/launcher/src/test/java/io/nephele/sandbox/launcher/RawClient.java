package io.nephele.sandbox.launcher;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;

/** Sends signed forms as they are and shows answers as they come, without a client's retries between. */
record RawClient(String endpoint, AwsCredentials credentials) {

    private static final Set<String> CLIENTS_OWN = Set.of("host", "content-length");
    private static final Pattern CODE = Pattern.compile("<Code>([^<]*)</Code>");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** An answer. */
    record Answer(int status, String body) {

        /** The code of an error, or {@code ok}. */
        String code() {
            Matcher code = CODE.matcher(body);
            return code.find() ? code.group(1) : "ok";
        }

        /** The text of the first element of this name, or nothing. */
        String text(String element) {
            Matcher text = Pattern.compile("<" + element + ">([^<]*)</" + element + ">")
                    .matcher(body);
            return text.find() ? text.group(1) : "";
        }
    }

    static RawClient of(String endpoint, Sandbox.Tenant tenant) {
        return new RawClient(endpoint, AwsBasicCredentials.create(tenant.accessKeyId(), tenant.secretAccessKey()));
    }

    /** With the credentials in an answer of STS. */
    static RawClient of(String endpoint, Answer issued) {
        return new RawClient(
                endpoint,
                AwsSessionCredentials.create(
                        issued.text("AccessKeyId"), issued.text("SecretAccessKey"), issued.text("SessionToken")));
    }

    /** The same credentials at another facade. */
    RawClient at(String other) {
        return new RawClient(other, credentials);
    }

    Answer ec2(String form) {
        return send("ec2", "Version=2016-11-15&" + form);
    }

    Answer sts(String form) {
        return send("sts", "Version=2011-06-15&" + form);
    }

    Answer iam(String form) {
        return send("iam", "Version=2010-05-08&" + form);
    }

    private Answer send(String service, String form) {
        byte[] body = form.getBytes(StandardCharsets.UTF_8);
        URI uri = URI.create(endpoint + "/");
        SdkHttpRequest plain = SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(uri)
                .putHeader("Content-Type", "application/x-www-form-urlencoded")
                .build();
        SdkHttpRequest signed = AwsV4HttpSigner.create()
                .sign(r -> r.identity(credentials)
                        .request(plain)
                        .payload(ContentStreamProvider.fromByteArray(body))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "nephele-1"))
                .request();
        var request = HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        signed.forEachHeader((name, values) -> {
            if (!CLIENTS_OWN.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return answer(request.build());
    }

    /** A form that nobody has signed. */
    static Answer unsigned(String endpoint, String form) {
        return answer(HttpRequest.newBuilder(URI.create(endpoint + "/"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build());
    }

    private static Answer answer(HttpRequest request) {
        try {
            HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
