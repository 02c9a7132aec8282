package io.nephele.sandbox.standin.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api.Kind;
import io.nephele.sandbox.standin.recording.Calls.Answer;
import io.nephele.sandbox.standin.recording.Recording.Line;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;

/** What was done to CDI in its recordings. */
final class CdiActions {

    static final Kind DATA_VOLUME = new Kind("cdi.kubevirt.io", "v1beta1", "DataVolume", "datavolumes");
    static final Kind DATA_SOURCE = new Kind("cdi.kubevirt.io", "v1beta1", "DataSource", "datasources");
    static final Kind CLAIM = new Kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims");
    static final Kind POD = new Kind("", "v1", "Pod", "pods");
    static final Kind CONFIG_MAP = new Kind("", "v1", "ConfigMap", "configmaps");
    static final Kind QUOTA = new Kind("", "v1", "ResourceQuota", "resourcequotas");
    static final Kind EVENT = new Kind("", "v1", "Event", "events");

    static final Set<Kind> WATCHED = Set.of(DATA_VOLUME, CLAIM, EVENT);

    static final String FAULT = "sandbox.nephele.io/fault";
    private static final String JSON = "application/json";

    /** Events that show only if CDI looks in that very instant, or are about the pods. */
    private static final Set<String> RACY = Set.of(
            "NotFound",
            "Unschedulable",
            "ImportScheduled",
            "ErrResourceMarkedForDeletion",
            "ErrStartingPod",
            "RebindInProgress",
            "SizeDetectionPodCreated",
            "SizeDetectionPodNotReady",
            "CloneSourceInUse");

    private final CdiLab lab;
    private final CdiUnderTest cdi;

    CdiActions(CdiLab lab, CdiUnderTest cdi) {
        this.lab = lab;
        this.cdi = cdi;
    }

    Subject subject() {
        var names = new Names()
                .and(
                        "(172\\.30\\.0\\.11|127\\.0\\.0\\.1|10\\.96\\.\\d+\\.\\d+|cdi-api\\.cdi\\.svc)(:\\d+)?",
                        "<address>")
                .and("timeout=\\d+s", "timeout=<n>s")
                .and("(lookup \\S+ on) \\S+:\\d*", "$1 <dns>")
                .and("calculated sha256:[0-9a-f]{64}", "calculated sha256:<hash>")
                .and("used: requests.storage=\\d+", "used: requests.storage=<n>")
                .and("(?s)I\\d{4} \\d\\d:.*importer\\.go.*", "<log>");
        return new Subject(
                CdiViews.VIEWS, actions(), names, CdiActions::isDeterministic, CdiViews::isShown, CdiViews::isArtefact);
    }

    private static boolean isDeterministic(ObjectNode event) {
        return event.path("involvedObject").path("kind").asText().equals("DataVolume")
                && !RACY.contains(event.path("reason").asText())
                && !isRepetition(event)
                && !CdiViews.isChatter(event.path("message").asText());
    }

    /** For a moment after success the condition Bound says once more what the claim had waited for. */
    private static boolean isRepetition(ObjectNode event) {
        String message = event.path("message").asText();
        return event.path("reason").asText().equals("Pending")
                && !message.startsWith("PVC ")
                && !message.startsWith("target PVC ");
    }

    private Actions actions() {
        Map<String, Kind> kinds = new LinkedHashMap<>();
        kinds.put("dv", DATA_VOLUME);
        kinds.put("pvc", CLAIM);
        kinds.put("cm", CONFIG_MAP);
        var actions = new Actions(kinds, this::client);
        return actions.on(
                        "create dv (\\S+) (\\{.*\\})",
                        (stage, text) -> create(stage, rendered(text.group(1), text.group(2))))
                .on(
                        "create dv (\\S+) \\(PVC \\S+ exists, no owner\\)",
                        (stage, text) -> create(stage, """
                        {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataVolume", "metadata": {"name": "%s"},
                         "spec": {"source": {"blank": {}},
                          "storage": {"storageClassName": "lab-imm", "resources": {"requests": {"storage": "64Mi"}}}}}
                        """.formatted(text.group(1))))
                .on("create dv (\\S+) \\(owned by ConfigMap (\\S+)\\)", this::createOwned)
                .on("(?s)create dv (\\S+)\\?dryRun=All : (.*)", this::dryRun)
                .on("create ds (\\S+)", (stage, text) -> {
                    String namespace = stage.namespace();
                    return stage.calls().call("POST", Actions.path(DATA_SOURCE, namespace, ""), JSON, """
                            {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataSource", "metadata": {"name": "%s"},
                             "spec": {"source": {"pvc": {"name": "golden", "namespace": "%s"}}}}
                            """.formatted(
                                    text.group(1), namespace));
                })
                .on("DataSource (\\S+) status .*", this::dataSource)
                .on("create pod (\\S+).*", this::createPod)
                .on(
                        "kubectl delete pod (\\S+)",
                        // There is no kubelet to confirm that a pod has ended.
                        (stage, text) -> stage.calls()
                                .call(
                                        "DELETE",
                                        Actions.path(POD, stage.namespace(), text.group(1)) + "?gracePeriodSeconds=0",
                                        "",
                                        ""))
                .on("server-side apply dv (\\S+) by op \\((.*)\\)", this::apply)
                .on("delete ResourceQuota on pods.*", (stage, _) -> deleteQuota(stage, "pods"))
                .on("delete ResourceQuota requests.storage.*", (stage, _) -> deleteQuota(stage, "q"))
                .on("create StorageClass (\\S+)", (_, text) -> {
                    lab.storageClass(text.group(1), "hostdir.lab", "Immediate");
                    return Answer.NONE;
                })
                .on("patch StorageProfile (\\S+): claimPropertySets RWO/Filesystem", (_, text) -> {
                    lab.profile(
                            text.group(1), "[{\"accessModes\": [\"ReadWriteOnce\"], \"volumeMode\": \"Filesystem\"}]");
                    return Answer.NONE;
                })
                .on("StorageClass (\\S+) \\(.*\\), StorageProfile claimPropertySets (.*)", (_, text) -> {
                    lab.storageClass(text.group(1), "none.lab", "Immediate");
                    lab.profile(text.group(1), text.group(2));
                    return Answer.NONE;
                })
                .on("the web server now has late.qcow2", (_, _) -> {
                    lab.publishLateImage();
                    return Answer.NONE;
                })
                .on("importer process killed with SIGKILL.*: killed", (stage, _) -> fault(stage, "killed", "\"crash\""))
                .on("delete namespace (\\S+)", (stage, text) -> {
                    stage.calls().call("DELETE", "/api/v1/namespaces/" + text.group(1), "", "");
                    return Answer.NONE;
                })
                // What these read is compared anyway, whenever the recording comes to rest.
                .on(
                        "(answer spec|resourceVersion changed|get |ownerReferences of|pvc |dv |after |PVCs left|source PVC deleted|rendered PVC).*",
                        Actions.REMARK)
                .on(
                        "patch StorageProfile cloneStrategy fast \\(dryRun\\)",
                        (stage, _) -> stage.calls()
                                .call(
                                        "PATCH",
                                        "/apis/cdi.kubevirt.io/v1beta1/storageprofiles/lab-imm?dryRun=All",
                                        Calls.MERGE_PATCH,
                                        "{\"spec\": {\"cloneStrategy\": \"fast\"}}"))
                .on(
                        "scale cdi-operator to 0|plain PVC without CDI source is created: True|scale cdi-deployment to 1",
                        Actions.REMARK)
                .on("scale cdi-deployment \\(controller\\) to 0", (_, _) -> {
                    cdi.stopController();
                    return Answer.NONE;
                })
                .on("scale cdi-apiserver to 0", (_, _) -> {
                    cdi.stopWebhooks();
                    return Answer.NONE;
                })
                // The stand-in comes back as a whole.
                .on("scale cdi-apiserver to 1", (_, _) -> {
                    cdi.start();
                    return Answer.NONE;
                })
                // The next action is a claim, which was seen before it was written down.
                .on("create utr .*", (stage, _) -> {
                    String claim = client(stage.object("PersistentVolumeClaim", "plain"))
                            .toString();
                    assertThat(stage.calls()
                                    .call("POST", Actions.path(CLAIM, stage.namespace(), ""), JSON, claim)
                                    .status())
                            .isEqualTo(201);
                    return Answer.NONE;
                })
                .on("create utr t-(\\S+)", (stage, text) -> token(stage, text.group(1)))
                .on(
                        "POST https://cdi-uploadproxy(\\S+) \\((\\S+), token for ([^ ,)]+)( replaced by rubbish| absent)?.*\\)",
                        this::upload)
                // The stand-in makes the claim sooner.
                .on("POST https://cdi-uploadproxy.* before UploadReady\\)", Actions.REMARK)
                // Kinds that the stand-in does not have, or whose webhooks it does not have.
                .on("delete CDI while.*|create (DataSource|VolumeImportSource|DataImportCron) .*", Actions.REMARK)
                .on("kubectl delete pod importer-.*", Actions.REMARK)
                // It had no effect.
                .on("kill -9 of cdi-importer inside its pod.*", Actions.REMARK)
                .before(this::goOn);
    }

    /** What a client had sent: without what CDI added in the meantime. */
    private ObjectNode client(ObjectNode object) {
        ObjectNode sent = Actions.unsaved(object);
        if (sent.at("/metadata/annotations") instanceof ObjectNode annotations) {
            annotations.remove("cdi.kubevirt.io/storage.clone.token");
        }
        sent.withObjectProperty("metadata").remove("finalizers");
        return (ObjectNode) Replay.parse(lab.here(sent.toString()));
    }

    private static Answer create(Stage stage, String dataVolume) {
        return stage.calls().call("POST", Actions.path(DATA_VOLUME, stage.namespace(), ""), JSON, dataVolume);
    }

    private String rendered(String name, String parameters) {
        JsonNode given = Replay.parse(parameters);
        String target = given.path("api").asText("storage");
        ObjectNode dataVolume = (ObjectNode) Replay.parse(lab.here("""
                {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataVolume", "metadata": {"name": "%s"},
                 "spec": {"source": {"http": {"url": "http://172.30.0.11:8088/disk.qcow2"}},
                  "%s": {"storageClassName": "%s", "resources": {"requests": {"storage": "%s"}}}}}
                """.formatted(
                        name,
                        target,
                        given.path("storageClass").asText(),
                        given.path("size").asText())));
        ObjectNode spec = (ObjectNode) dataVolume.get("spec");
        if (given.has("contentType")) {
            spec.set("contentType", given.get("contentType"));
        }
        ObjectNode claim = (ObjectNode) spec.get(target);
        if (given.has("vm")) {
            claim.set("volumeMode", given.get("vm"));
        }
        if (given.has("am")) {
            claim.set("accessModes", given.get("am"));
        } else if (target.equals("pvc")) {
            claim.putArray("accessModes").add("ReadWriteOnce");
        }
        return dataVolume.toString();
    }

    private Answer createOwned(Stage stage, Matcher text) {
        Answer owner = stage.calls()
                .call("POST", Actions.path(CONFIG_MAP, stage.namespace(), ""), JSON, """
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "%s"}}""".formatted(text.group(2)));
        ObjectNode dataVolume = client(stage.object("DataVolume", text.group(1)));
        dataVolume
                .withObjectProperty("metadata")
                .putArray("ownerReferences")
                .addObject()
                .put("apiVersion", "v1")
                .put("kind", "ConfigMap")
                .put("name", text.group(2))
                .set("uid", Replay.parse(owner.body()).at("/metadata/uid"));
        return create(stage, dataVolume.toString());
    }

    private Answer dryRun(Stage stage, Matcher text) {
        String wrong = text.group(2);
        CdiRejections.Request request = CdiRejections.of(stage.namespace(), text.group(1), wrong);
        if (wrong.equals("checkpoints with http")) {
            // The recorder made it before the next action.
            stage.calls().call("POST", Actions.path(CLAIM, stage.namespace(), ""), JSON, CdiRejections.TAKEN);
        }
        return stage.calls()
                .call(
                        "POST",
                        Actions.path(DATA_VOLUME, stage.namespace(), "") + "?dryRun=All",
                        lab.here(request.body()),
                        request.headers());
    }

    /** The status of a DataSource, which was not watched: it comes to what it was. */
    private Answer dataSource(Stage stage, Matcher text) {
        JsonNode recorded = stage.action().object().path("response");
        String path = Actions.path(DATA_SOURCE, stage.namespace(), text.group(1));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(spoken(stage.calls().call("GET", path, "", "")))
                        .isEqualTo(spoken(recorded)));
        if (recorded.at("/conditions/0/reason").asText().equals("ImportInProgress")) {
            fault(stage, "golden", "null");
        }
        return Answer.NONE;
    }

    private static String spoken(Answer answer) {
        return spoken(Replay.parse(answer.body()).path("status"));
    }

    private static String spoken(JsonNode status) {
        JsonNode ready = status.at("/conditions/0");
        return "%s %s %s %s %s"
                .formatted(
                        ready.path("type").asText(),
                        ready.path("status").asText(),
                        ready.path("reason").asText(),
                        ready.path("message").asText(),
                        status.at("/source/pvc/name").asText());
    }

    /** A pod that uses a claim. A scheduler would say so on the claim, if it waits for that. */
    private Answer createPod(Stage stage, Matcher text) {
        String claim = stage.object("Pod", text.group(1))
                .at("/spec/volumes/0/persistentVolumeClaim/claimName")
                .asText();
        Answer answer = stage.calls()
                .call("POST", Actions.path(POD, stage.namespace(), ""), JSON, """
                {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "%s"},
                 "spec": {"nodeName": "node-1", "containers": [{"name": "c", "image": "c"}],
                  "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "%s"}}]}}
                """.formatted(text.group(1), claim));
        String path = Actions.path(CLAIM, stage.namespace(), claim);
        if (stage.calls().call("GET", path, "", "").body().contains("wffc")) {
            stage.calls().call("PATCH", path, Calls.MERGE_PATCH, """
                    {"metadata": {"annotations": {"volume.kubernetes.io/selected-node": "node-1"}}}""");
        }
        if (text.group().contains("ends after")) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> stage.calls().call("GET", path, "", "").body().contains("\"phase\":\"Bound\""));
            stage.calls()
                    .call(
                            "PATCH",
                            Actions.path(POD, stage.namespace(), text.group(1)) + "/status",
                            Calls.MERGE_PATCH,
                            "{\"status\": {\"phase\": \"Succeeded\"}}");
        }
        return answer;
    }

    private Answer apply(Stage stage, Matcher text) {
        String spec = switch (text.group(2)) {
            case "size 64Mi -> 128Mi" -> "\"source\": {\"blank\": {}}, " + storage("128Mi");
            case "source blank -> http" -> "\"source\": {\"http\": {\"url\": \"http://a/b\"}}, " + storage("64Mi");
            case "unknown field" -> "\"storageFoo\": 1, \"source\": {\"blank\": {}}, " + storage("64Mi");
            case "64Mi written as 65536Ki" -> "\"source\": {\"blank\": {}}, " + storage("65536Ki");
            default -> "\"source\": {\"blank\": {}}, " + storage("64Mi");
        };
        String labels = text.group(2).equals("label added") ? ", \"labels\": {\"x\": \"y\"}" : "";
        return stage.calls()
                .call(
                        "PATCH",
                        Actions.path(DATA_VOLUME, stage.namespace(), text.group(1)) + "?fieldManager=op",
                        Calls.APPLY,
                        """
                        {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataVolume",
                         "metadata": {"name": "%s"%s}, "spec": {%s}}
                        """.formatted(text.group(1), labels, spec));
    }

    private static String storage(String size) {
        return "\"storage\": {\"storageClassName\": \"lab-imm\", \"resources\": {\"requests\": {\"storage\": \"" + size
                + "\"}}}";
    }

    private static Answer deleteQuota(Stage stage, String name) {
        stage.calls().call("DELETE", Actions.path(QUOTA, stage.namespace(), name), "", "");
        return Answer.NONE;
    }

    /** A quota that was there from the beginning. What the quota controller would write, is written here. */
    static void quota(Stage stage, String name, String resource, String hard) {
        stage.calls()
                .call("POST", Actions.path(QUOTA, stage.namespace(), ""), JSON, """
                {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "%s"}, "spec": {"hard": {"%s": "%s"}}}
                """.formatted(name, resource, hard));
        stage.calls()
                .call(
                        "PATCH",
                        Actions.path(QUOTA, stage.namespace(), name) + "/status",
                        Calls.MERGE_PATCH,
                        "{\"status\": {\"hard\": {\"%1$s\": \"%2$s\"}, \"used\": {\"%1$s\": \"0\"}}}"
                                .formatted(resource, hard));
    }

    /** The API server takes a moment to find an aggregated API. */
    private static Answer token(Stage stage, String claim) {
        return await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> stage.calls()
                                .call(
                                        "POST",
                                        "/apis/upload.cdi.kubevirt.io/v1beta1/namespaces/" + stage.namespace()
                                                + "/uploadtokenrequests",
                                        JSON,
                                        """
                                        {"apiVersion": "upload.cdi.kubevirt.io/v1beta1", "kind": "UploadTokenRequest",
                                         "metadata": {"name": "t"}, "spec": {"pvcName": "%s"}}
                                        """.formatted(claim)),
                        answer -> answer.status() != 503 && answer.status() != 404);
    }

    private Answer upload(Stage stage, Matcher text) {
        String token = Replay.parse(token(stage, text.group(3)).body())
                .at("/status/token")
                .asText();
        Map<String, String> headers = switch (String.valueOf(text.group(4)).strip()) {
            case "absent" -> Map.of();
            case "null" -> Map.of("Authorization", "Bearer " + token);
            default -> Map.of("Authorization", "Bearer " + token.replaceFirst("\\..*", ".rubbish.rubbish"));
        };
        return stage.calls().post(cdi.uploadProxy() + text.group(1), lab.body(text.group(2)), headers);
    }

    private static Answer fault(Stage stage, String dataVolume, String value) {
        stage.calls()
                .call(
                        "PATCH",
                        Actions.path(DATA_VOLUME, stage.namespace(), dataVolume),
                        Calls.MERGE_PATCH,
                        "{\"metadata\": {\"annotations\": {\"" + FAULT + "\": " + value + "}}}");
        return Answer.NONE;
    }

    /** What was held up (see {@link CdiScenarios}) goes on when its source is gone. */
    private void goOn(Stage stage) {
        if (stage.past().isEmpty() && stage.namespace().equals("c14-quota")) {
            quota(stage, "q", "requests.storage", "400Mi");
            quota(stage, "pods", "limits.memory", "100Mi");
        }
        if (stage.namespace().equals("c10-rejections-2")) {
            CdiRejections.tenant(stage);
        }
        for (Line line : stage.past()) {
            if (line.kind().equals("PersistentVolumeClaim")
                    && line.isDeletion()
                    && line.name().equals("src")) {
                fault(stage, "x2", "null");
            }
        }
    }
}
