package io.nephele.sandbox.standin.recording;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * A recording to replay.
 *
 * @param given objects that are created and were not watched, by {@code <kind> <name>}
 * @param racy words that come and go so quickly that they may be missed or not come up, by the key of the object; reasons of events, by {@code events of} the object;
 *     other texts of an answer, by the action
 * @param edit changes what is created, by kind and object: what else was so at the recording, said to the stand-in
 * @param unwritten actions that are missing in the recording, by when they were done
 * @param moving the first words of actions after which the recording was quiet for a while, and yet had not come to rest
 */
record Scenario(
        String folder,
        String name,
        Map<String, String> given,
        Map<String, Set<String>> racy,
        BiFunction<String, ObjectNode, ObjectNode> edit,
        Map<Double, String> unwritten,
        Set<String> moving) {

    static Scenario of(String folder, String name) {
        return new Scenario(folder, name, Map.of(), Map.of(), (_, object) -> object, Map.of(), Set.of());
    }

    /** The recording, with what is missing in it. */
    Recording read() {
        return Recording.read(folder, name).with(unwritten);
    }

    Scenario unwritten(double seconds, String action) {
        Map<Double, String> more = new HashMap<>(unwritten);
        more.put(seconds, action);
        return new Scenario(folder, name, given, racy, edit, more, moving);
    }

    Scenario given(String kindAndName, String json) {
        Map<String, String> more = new HashMap<>(given);
        more.put(kindAndName, json);
        return new Scenario(folder, name, more, racy, edit, unwritten, moving);
    }

    Scenario racy(String key, String... words) {
        Map<String, Set<String>> more = new HashMap<>(racy);
        more.put(key, Set.of(words));
        return new Scenario(folder, name, given, more, edit, unwritten, moving);
    }

    Scenario edited(BiFunction<String, ObjectNode, ObjectNode> change) {
        return new Scenario(folder, name, given, racy, change, unwritten, moving);
    }

    Scenario moving(String... actions) {
        return new Scenario(folder, name, given, racy, edit, unwritten, Set.of(actions));
    }

    @Override
    public String toString() {
        return name;
    }
}
