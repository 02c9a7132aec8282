package io.nephele.sandbox.standin.recording;

import io.nephele.sandbox.controlplane.ControlPlane;
import io.nephele.sandbox.controlplane.Pki;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.util.Map;

/** Plain HTTP to the API server: codes and bodies as they come. */
final class Calls implements AutoCloseable {

    static final String MERGE_PATCH = "application/merge-patch+json";
    static final String JSON_PATCH = "application/json-patch+json";
    static final String APPLY = "application/apply-patch+yaml";

    /** What came back. */
    record Answer(int status, String body, String warning) {

        static final Answer NONE = new Answer(0, "", "");
    }

    private final HttpClient http;
    private final String url;
    private final String token;

    Calls(ControlPlane controlPlane) throws IOException, GeneralSecurityException {
        url = controlPlane.url();
        token = controlPlane.adminToken();
        http = HttpClient.newBuilder()
                .sslContext(new Pki(controlPlane.pki()).clientContext())
                .build();
    }

    /** A call as clients usually make it. */
    Answer call(String method, String path, String type, String body) {
        return call(method, path, body, type.isEmpty() ? Map.of() : Map.of("Content-Type", type));
    }

    Answer call(String method, String path, String body, Map<String, String> headers) {
        var request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Authorization", "Bearer " + token)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return send(request.build());
    }

    /** A call to another server of the sandbox. */
    Answer post(String address, byte[] body, Map<String, String> headers) {
        var request = HttpRequest.newBuilder(URI.create(address)).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        return send(request.build());
    }

    private Answer send(HttpRequest request) {
        try {
            var response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    response.body(),
                    response.headers().firstValue("Warning").orElse(""));
        } catch (IOException e) {
            throw new IllegalStateException(request.method() + " " + request.uri(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
