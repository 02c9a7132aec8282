package io.nephele.sandbox.standin.recording;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * What is compared of a kind.
 *
 * @param words by name, the words whose sequence over the life of an object must be the same, as its phase; null where an object says nothing
 * @param facts what must be the same whenever the recording came to rest
 */
record View(Map<String, Function<ObjectNode, @Nullable String>> words, BiConsumer<ObjectNode, Facts> facts) {

    /** With one word. */
    View(Function<ObjectNode, @Nullable String> word, BiConsumer<ObjectNode, Facts> facts) {
        this(Map.of("sequence", word), facts);
    }

    /** Of an object at one time, by what they are called in a report of differences. */
    static final class Facts {

        private final Map<String, String> facts = new TreeMap<>();
        private final Names names;
        private final ObjectNode object;

        private Facts(ObjectNode object, Names names) {
            this.object = object;
            this.names = names;
        }

        Facts put(String fact, String value) {
            facts.put(fact, names.normal(value));
            return this;
        }

        /** The values at these JSON pointers; absent ones are no fact. */
        Facts values(String... pointers) {
            for (String pointer : pointers) {
                JsonNode value = object.at(pointer);
                if (!value.isMissingNode() && !value.isNull()) {
                    put(pointer, value.isValueNode() ? value.asText() : sorted(value));
                }
            }
            return this;
        }

        private static String sorted(JsonNode value) {
            return String.valueOf(
                    Recording.JSON.convertValue(value, Object.class) instanceof Map<?, ?> map
                            ? new TreeMap<>(map)
                            : value);
        }

        /** Whether there is something at these JSON pointers, whatever it is. */
        Facts presence(String... pointers) {
            for (String pointer : pointers) {
                JsonNode value = object.at(pointer);
                if (!value.isMissingNode()
                        && !value.isNull()
                        && !(value.isTextual() && value.asText().isEmpty())) {
                    put(pointer, "present");
                }
            }
            return this;
        }

        /** Deletion timestamp and finalizers. */
        Facts deletion() {
            presence("/metadata/deletionTimestamp");
            StreamSupport.stream(object.at("/metadata/finalizers").spliterator(), false)
                    .forEach(finalizer -> put("finalizer " + finalizer.asText(), "present"));
            return this;
        }

        /** Conditions with reason and message, without those of the types given. */
        Facts conditions(Set<String> without) {
            for (JsonNode condition : object.at("/status/conditions")) {
                String type = condition.path("type").asText();
                if (!without.contains(type)) {
                    put(
                            "condition " + type,
                            (condition.path("status").asText() + " "
                                            + condition.path("reason").asText() + " "
                                            + condition.path("message").asText())
                                    .strip());
                }
            }
            return this;
        }
    }

    Map<String, String> of(ObjectNode object, Names names) {
        var all = new Facts(object, names);
        facts.accept(object, all);
        words.forEach((name, word) -> {
            String said = word.apply(object);
            if (said != null) {
                all.put(name, said);
            }
        });
        return all.facts;
    }
}
