package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Answer;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.HttpsEndpoint;
import io.nephele.sandbox.standin.Request;
import io.nephele.sandbox.standin.cdi.DataVolume.ClaimRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The two doors for uploads: cdi-apiserver's aggregated API {@code upload.cdi.kubevirt.io}, where the API server sends those whom it has let pass, to get a token; and the
 * path where the image goes.
 */
final class UploadApi {

    private static final String BASE = "/apis/upload.cdi.kubevirt.io";

    private final Api api;
    private final UploadTokens tokens;
    private final UploadProxy proxy;

    private UploadApi(Api api, UploadTokens tokens, UploadProxy proxy) {
        this.api = api;
        this.tokens = tokens;
        this.proxy = proxy;
    }

    static void install(Api api, HttpsEndpoint https, UploadTokens tokens, UploadProxy proxy) {
        var uploads = new UploadApi(api, tokens, proxy);
        https.handle(BASE, uploads::api);
        https.handle(UploadProxy.PATH, uploads::upload);
        api.aggregate("cdi-api", "upload.cdi.kubevirt.io", "v1beta1", https.port());
    }

    private Answer upload(Request request) throws IOException {
        try {
            UploadProxy.Answer answer =
                    proxy.serve(request.method(), request.path(), request.header("Authorization"), request.body());
            return Answer.text(answer.status(), answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answer.text(503, "");
        }
    }

    private Answer api(Request request) throws IOException {
        // ["", "v1beta1", "namespaces", ns, "uploadtokenrequests"]
        String[] path = request.path().substring(BASE.length()).split("/");
        if (path.length <= 2) {
            return Answer.json(200, (path.length < 2 ? group() : resources()).toString());
        }
        if (path.length != 5
                || !path[4].equals("uploadtokenrequests")
                || !request.method().equals("POST")) {
            return Answer.json(404, "{\"message\": \"404 page not found\"}");
        }
        // Only the API server has a certificate: it has asked whether who sends this may.
        return request.isAuthenticated()
                ? Answer.json(200, token(path[3], request.body().readAllBytes()).toString())
                : Answer.text(401, "Unauthorized");
    }

    private ObjectNode token(String namespace, byte[] body) {
        JsonNode sent = api.parse(new String(body, StandardCharsets.UTF_8));
        ObjectNode request = api.object();
        request.put("apiVersion", "upload.cdi.kubevirt.io/v1beta1").put("kind", "UploadTokenRequest");
        request.set("metadata", sent.path("metadata").deepCopy());
        request.withObjectProperty("metadata").put("namespace", namespace);
        request.set("spec", sent.path("spec"));
        String claim = sent.path("spec").path("pvcName").asText();
        request.putObject("status").put("token", tokens.issue(new ClaimRef(namespace, claim)));
        return request;
    }

    private ObjectNode group() {
        ObjectNode version = api.object();
        version.put("groupVersion", "upload.cdi.kubevirt.io/v1beta1").put("version", "v1beta1");
        ObjectNode group = api.object();
        group.put("apiVersion", "v1").put("kind", "APIGroup").put("name", "upload.cdi.kubevirt.io");
        group.putArray("versions").add(version);
        group.set("preferredVersion", version);
        return group;
    }

    private ObjectNode resources() {
        ObjectNode list = api.object();
        list.put("apiVersion", "v1").put("kind", "APIResourceList");
        list.put("groupVersion", "upload.cdi.kubevirt.io/v1beta1");
        ObjectNode resource = list.putArray("resources").addObject();
        resource.put("name", "uploadtokenrequests").put("singularName", "uploadtokenrequest");
        resource.put("namespaced", true).put("kind", "UploadTokenRequest");
        resource.putArray("verbs").add("create");
        return list;
    }
}
