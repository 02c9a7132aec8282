package io.nephele.sandbox.standin.recording;

import java.util.Map;
import java.util.Set;

/** The DataVolumes that the recordings c10 tried to create: their action lines only say what was wrong with them. */
final class CdiRejections {

    /** A claim that stands in the way. */
    static final String TAKEN = """
            {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "taken"},
             "spec": {"storageClassName": "lab-imm", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "64Mi"}}}}
            """;

    private static final Set<String> KINDLESS = Set.of(
            "no pvc and no storage",
            "dataSource in storage",
            "source plus dataSource",
            "externally populated dataSourceRef only");
    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");
    private static final String BLANK = "\"source\": {\"blank\": {}}";
    private static final String STORAGE = "\"storage\": {\"resources\": {\"requests\": {\"storage\": \"1Gi\"}}}";
    private static final String NO_SIZE = "\"storage\": {}";

    /** A call. */
    record Request(String body, Map<String, String> headers) {}

    private CdiRejections() {}

    /**
     * The call that an action tells of.
     *
     * @param namespace it is made in; in the first of the two recordings some were sent without their kind
     */
    static Request of(String namespace, String name, String wrong) {
        String spec = spec(wrong).replace("<here>", namespace);
        if (KINDLESS.contains(wrong) && namespace.equals("c10-rejections")) {
            return new Request("{\"metadata\": {\"name\": \"x\"}, \"spec\": {" + spec + "}}", JSON);
        }
        if (wrong.endsWith("that user") || wrong.contains("by a user with")) {
            return new Request(
                    body(name, spec), Map.of("Content-Type", "application/json", "Impersonate-User", "tenant"));
        }
        return new Request(body(name, spec), JSON);
    }

    /** A user with rights in one namespace only, and another namespace. */
    static void tenant(Stage stage) {
        stage.calls().call("POST", "/api/v1/namespaces", "application/json", """
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "c01-http-immediate"}}""");
        String path = "/apis/rbac.authorization.k8s.io/v1/namespaces/" + stage.namespace();
        stage.calls().call("POST", path + "/roles", "application/json", """
                {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "tenant"},
                 "rules": [{"apiGroups": ["cdi.kubevirt.io"], "resources": ["*"], "verbs": ["*"]}]}""");
        stage.calls().call("POST", path + "/rolebindings", "application/json", """
                {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "tenant"},
                 "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "tenant"},
                 "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "tenant"}]}""");
    }

    private static String body(String name, String spec) {
        return """
                {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataVolume", "metadata": {"name": "%s"}, "spec": {%s}}
                """.formatted(name, spec);
    }

    private static String spec(String wrong) {
        return switch (wrong) {
            case "no source, no sourceRef" -> STORAGE;
            case "two sources" -> "\"source\": {\"blank\": {}, \"upload\": {}}, " + STORAGE;
            case "source empty object" -> "\"source\": {}, " + STORAGE;
            case "no pvc and no storage" -> BLANK;
            case "both pvc and storage" -> BLANK + ", " + STORAGE + ", " + pvc("\"ReadWriteOnce\"");
            case "http without url" -> http("") + ", " + STORAGE;
            case "http bad url" -> http("abc") + ", " + STORAGE;
            case "ftp url" -> http("ftp://a/b") + ", " + STORAGE;
            case "bad checksum format" -> checksum("zzz");
            case "checksum wrong length" -> checksum("sha256:abc");
            case "unknown algorithm" -> checksum("crc32:abc");
            case "s3 without url" -> "\"source\": {\"s3\": {\"url\": \"\"}}, " + STORAGE;
            case "registry without url" -> registry("");
            case "registry http url" -> registry("\"url\": \"http://a/b\"");
            case "registry url and imageStream" -> registry("\"url\": \"docker://a/b\", \"imageStream\": \"i\"");
            case "no size, blank, storage" -> BLANK + ", " + NO_SIZE;
            case "no size, http, storage" -> http("http://a/b") + ", " + NO_SIZE;
            case "no size, upload, storage" -> "\"source\": {\"upload\": {}}, " + NO_SIZE;
            case "no size, http, pvc" -> http("http://a/b") + ", \"pvc\": {\"accessModes\": [\"ReadWriteOnce\"]}";
            case "size 0" -> BLANK + ", " + STORAGE.replace("1Gi", "0");
            case "size negative" -> BLANK + ", " + STORAGE.replace("1Gi", "-1Gi");
            case "size text" -> BLANK + ", " + STORAGE.replace("1Gi", "big");
            case "pvc without accessModes" -> BLANK + ", " + pvc("");
            case "pvc two accessModes" -> BLANK + ", " + pvc("\"ReadWriteOnce\", \"ReadWriteMany\"");
            case "bad accessMode" -> BLANK + ", " + pvc("\"RWX\"");
            case "bad volumeMode" ->
                BLANK + ", " + STORAGE.replace("{\"resources\"", "{\"volumeMode\": \"Disk\", \"resources\"");
            case "volumeMode Disk with api pvc" ->
                BLANK + ", "
                        + pvc("\"ReadWriteOnce\"")
                                .replace("{\"accessModes\"", "{\"volumeMode\": \"Disk\", \"accessModes\"");
            case "pvc source missing name" -> source("pvc", "\"namespace\": \"a\", \"name\": \"\"");
            case "pvc source does not exist", "same-namespace clone by that user" ->
                source("pvc", "\"namespace\": \"<here>\", \"name\": \"nope\"");
            case "pvc source namespace missing field" -> source("pvc", "\"name\": \"a\"");
            case "snapshot source does not exist" -> source("snapshot", "\"namespace\": \"a\", \"name\": \"nope\"");
            case "sourceRef DataSource does not exist" -> sourceRef("DataSource");
            case "sourceRef wrong kind" -> sourceRef("Foo");
            case "source and sourceRef" -> BLANK + ", " + sourceRef("DataSource");
            case "contentType unknown" -> "\"contentType\": \"iso\", " + BLANK + ", " + STORAGE;
            case "archive with blank" -> "\"contentType\": \"archive\", " + BLANK + ", " + STORAGE;
            case "preallocation with archive" ->
                "\"contentType\": \"archive\", \"preallocation\": true, " + http("http://a/b") + ", " + STORAGE;
            case "unknown field" -> "\"nonsense\": 1, " + BLANK + ", " + STORAGE;
            case "dataSource in storage", "storage.dataSource without source" -> external("");
            case "source plus dataSource", "source plus storage.dataSource" -> external(BLANK + ", ");
            case "externally populated dataSourceRef only", "storage.dataSourceRef to a foreign populator only" ->
                "\"storage\": {\"accessModes\": [\"ReadWriteOnce\"], \"resources\": {\"requests\": {\"storage\": \"1Gi\"}}, "
                        + "\"dataSourceRef\": {\"apiGroup\": \"x.example\", \"kind\": \"Foo\", \"name\": \"a\"}}";
            case "pvc.dataSourceRef to a foreign populator only" ->
                pvc("\"ReadWriteOnce\"")
                        .replace(
                                "{\"accessModes\"",
                                "{\"dataSourceRef\": {\"apiGroup\": \"x.example\", \"kind\": \"Foo\", \"name\": \"a\"}, \"accessModes\"");
            case "secretRef does not exist" -> source("http", "\"url\": \"http://a/b\", \"secretRef\": \"nope\"");
            case "certConfigMap does not exist" ->
                source("http", "\"url\": \"http://a/b\", \"certConfigMap\": \"nope\"");
            case "imageio empty" -> source("imageio", "\"url\": \"http://a/b\"");
            case "vddk empty" -> source("vddk", "");
            case "checkpoints with http" ->
                "\"checkpoints\": [{\"current\": \"a\", \"previous\": \"\"}], " + http("http://a/b") + ", " + STORAGE;
            case "storage empty object" -> BLANK + ", " + NO_SIZE;
            case "empty spec" -> "";
            case "cross-namespace clone by a user with admin only in the target namespace" ->
                source("pvc", "\"namespace\": \"c01-http-immediate\", \"name\": \"disk1\"");
            case "cross-namespace clone, source namespace does not exist" ->
                source("pvc", "\"namespace\": \"no-such-ns\", \"name\": \"disk1\"");
            case "cross-namespace clone of a PVC that does not exist" ->
                source("pvc", "\"namespace\": \"c01-http-immediate\", \"name\": \"nope\"");
            case "clone smaller than the source" ->
                source("pvc", "\"namespace\": \"c01-http-immediate\", \"name\": \"disk1\"")
                        .replace("1Gi", "1Mi");
            default -> BLANK + ", " + STORAGE;
        };
    }

    private static String http(String url) {
        return "\"source\": {\"http\": {\"url\": \"" + url + "\"}}";
    }

    private static String checksum(String checksum) {
        return source("http", "\"url\": \"http://a/b\", \"checksum\": \"" + checksum + "\"");
    }

    private static String registry(String fields) {
        return source("registry", fields);
    }

    private static String source(String kind, String fields) {
        return "\"source\": {\"" + kind + "\": {" + fields + "}}, " + STORAGE;
    }

    private static String sourceRef(String kind) {
        return "\"sourceRef\": {\"kind\": \"" + kind + "\", \"name\": \"nods\", \"namespace\": \"a\"}, " + STORAGE;
    }

    private static String external(String source) {
        return source + "\"storage\": {\"resources\": {\"requests\": {\"storage\": \"1Gi\"}}, "
                + "\"dataSource\": {\"kind\": \"PersistentVolumeClaim\", \"name\": \"a\"}}";
    }

    private static String pvc(String accessModes) {
        return "\"pvc\": {\"accessModes\": [" + accessModes
                + "], \"resources\": {\"requests\": {\"storage\": \"1Gi\"}}}";
    }
}
