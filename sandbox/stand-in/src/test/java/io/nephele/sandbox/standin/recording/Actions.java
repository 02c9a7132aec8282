package io.nephele.sandbox.standin.recording;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.recording.Calls.Answer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the actions of recordings are done again, by the pattern of their text. One that no pattern fits is an error: nothing is left out in silence.
 */
final class Actions {

    /** Does one; the matcher has its text. {@link Answer#NONE} if there was no call. */
    @FunctionalInterface
    interface Action {
        Answer perform(Stage stage, Matcher text);
    }

    /** An action, with the text it is for. */
    record Bound(Action action, Matcher text) {}

    /** An action that is a remark. */
    static final Action REMARK = (_, _) -> Answer.NONE;

    private final LinkedHashMap<Pattern, Action> actions = new LinkedHashMap<>();
    private final Map<String, Api.Kind> kinds;
    private Consumer<Stage> before = _ -> {};

    /**
     * With those that all recordings have: create, patch and delete.
     *
     * @param kinds by what the texts call them: vm, dv, pvc
     * @param client makes of an object as it was first seen the one that a client had sent
     */
    Actions(Map<String, Api.Kind> kinds, UnaryOperator<ObjectNode> client) {
        this.kinds = kinds;
        String kind = "(" + String.join("|", kinds.keySet()) + ")";
        on("create " + kind + " (\\S+)( \\(.*\\))?", (stage, text) -> {
            ObjectNode object = stage.object(kinds.get(text.group(1)).kind(), text.group(2));
            return stage.calls()
                    .call(
                            "POST",
                            path(stage, text.group(1), ""),
                            "application/json",
                            client.apply(object).toString());
        });
        on("kubectl patch " + kind + " (\\S+) (?:--type (merge|json) )?-p (.*)", (stage, text) -> {
            String type = "json".equals(text.group(3)) ? Calls.JSON_PATCH : Calls.MERGE_PATCH;
            String path = path(stage, text.group(1), text.group(2)) + "?fieldManager=other";
            return stage.calls().call("PATCH", path, type, text.group(4));
        });
        on("kubectl delete " + kind + " (\\S+)(?: options)?( \\{.*\\})?", (stage, text) -> {
            String options = text.group(3) == null ? "" : text.group(3).strip();
            String name = stage.seenName(kinds.get(text.group(1)).kind(), text.group(2));
            return stage.calls()
                    .call(
                            "DELETE",
                            path(stage, text.group(1), name),
                            options.isEmpty() ? "" : "application/json",
                            options);
        });
        on("\\(.*\\)", REMARK);
    }

    /** One more; what was given last is asked first. */
    Actions on(String pattern, Action action) {
        actions.putFirst(Pattern.compile(pattern, Pattern.DOTALL), action);
        return this;
    }

    /** What is done before each action, to make the world as it was at the recording. */
    Actions before(Consumer<Stage> preparation) {
        before = preparation;
        return this;
    }

    void prepare(Stage stage) {
        before.accept(stage);
    }

    /** Where an object, or with no name its kind, is served. */
    String path(Stage stage, String kind, String name) {
        return path(kinds.get(kind), stage.namespace(), name);
    }

    static String path(Api.Kind kind, String namespace, String name) {
        return (kind.group().isEmpty() ? "/api/" : "/apis/") + kind.apiVersion() + "/namespaces/" + namespace + "/"
                + kind.plural() + (name.isEmpty() ? "" : "/" + name);
    }

    Bound find(String text) {
        for (var action : actions.entrySet()) {
            Matcher matcher = action.getKey().matcher(text);
            if (matcher.matches()) {
                return new Bound(action.getValue(), matcher);
            }
        }
        throw new IllegalArgumentException("Nothing is known of the action: " + text);
    }

    /** Without what an API server writes. */
    static ObjectNode unsaved(ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        copy.remove("status");
        JsonNode metadata = copy.path("metadata");
        ObjectNode kept = copy.putObject("metadata");
        for (String field : new String[] {"name", "namespace", "labels", "annotations", "finalizers"}) {
            if (metadata.has(field)) {
                kept.set(field, metadata.get(field));
            }
        }
        return copy;
    }
}
