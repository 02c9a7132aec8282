package io.nephele.sandbox.launcher.bench;

import io.nephele.sandbox.launcher.Sandbox;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;

/** Sends signed DescribeInstances requests; the answer is read to its end and not parsed, so that the time is the facade's. */
final class DescribeAll {

    private static final String BODY = "Action=DescribeInstances&Version=2016-11-15";

    /** The HTTP client sets these itself. */
    private static final Set<String> CLIENTS_OWN = Set.of("host", "content-length");

    private final Sandbox sandbox;
    private final HttpClient http = HttpClient.newHttpClient();
    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

    DescribeAll(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    /** How long one took; fails if it did not answer with at least {@code instances}. */
    double millis(int instances) throws IOException, InterruptedException {
        HttpRequest request = signed();
        long started = System.nanoTime();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        double millis = (System.nanoTime() - started) / 1e6;
        int found = response.body().split("<instanceId>", -1).length - 1;
        if (response.statusCode() != 200 || found < instances) {
            throw new IllegalStateException("Status " + response.statusCode() + ", " + found + " instances");
        }
        return millis;
    }

    private HttpRequest signed() {
        byte[] body = BODY.getBytes(StandardCharsets.UTF_8);
        URI uri = URI.create(sandbox.endpoint() + "/");
        SdkHttpRequest plain = SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(uri)
                .putHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
                .build();
        SdkHttpRequest signed = signer.sign(r -> r.identity(AwsBasicCredentials.create(
                                sandbox.tenant().accessKeyId(), sandbox.tenant().secretAccessKey()))
                        .request(plain)
                        .payload(ContentStreamProvider.fromByteArray(body))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "ec2")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "nephele-1"))
                .request();
        var request = HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        signed.forEachHeader((name, values) -> {
            if (!CLIENTS_OWN.contains(name.toLowerCase(java.util.Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return request.build();
    }
}
