package io.nephele.sandbox.standin.recording;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.recording.Recording.Line;
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
 * @param until later lines are left out: they are the recorder's tidying up
 * @param sooner names of objects which the stand-in brings further sooner: how far they have come is compared at the end only
 * @param hidden names of objects that are not compared
 */
record Scenario(
        String folder,
        String name,
        Map<String, String> given,
        Map<String, Set<String>> racy,
        BiFunction<String, ObjectNode, ObjectNode> edit,
        Map<Double, String> unwritten,
        Set<String> moving,
        double until,
        Set<String> sooner,
        Set<String> hidden) {

    static Scenario of(String folder, String name) {
        return new Scenario(
                folder,
                name,
                Map.of(),
                Map.of(),
                (_, object) -> object,
                Map.of(),
                Set.of(),
                Double.MAX_VALUE,
                Set.of(),
                Set.of());
    }

    /** The recording, with what is missing in it. */
    Recording read() {
        return Recording.read(folder, name).with(unwritten).until(until);
    }

    Scenario unwritten(double seconds, String action) {
        Map<Double, String> more = new HashMap<>(unwritten);
        more.put(seconds, action);
        return new Scenario(folder, name, given, racy, edit, more, moving, until, sooner, hidden);
    }

    Scenario given(String kindAndName, String json) {
        Map<String, String> more = new HashMap<>(given);
        more.put(kindAndName, json);
        return new Scenario(folder, name, more, racy, edit, unwritten, moving, until, sooner, hidden);
    }

    Scenario racy(String key, String... words) {
        Map<String, Set<String>> more = new HashMap<>(racy);
        more.put(key, Set.of(words));
        return new Scenario(folder, name, given, more, edit, unwritten, moving, until, sooner, hidden);
    }

    Scenario until(double seconds) {
        return new Scenario(folder, name, given, racy, edit, unwritten, moving, seconds, sooner, hidden);
    }

    Scenario sooner(String... names) {
        return new Scenario(folder, name, given, racy, edit, unwritten, moving, until, Set.of(names), hidden);
    }

    Scenario hiding(String... names) {
        return new Scenario(folder, name, given, racy, edit, unwritten, moving, until, sooner, Set.of(names));
    }

    /** Whether an object, or an event about it, is compared. */
    boolean shows(Line line) {
        return hidden.stream()
                .noneMatch(name -> line.name().equals(name) || line.name().startsWith(name + "."));
    }

    Scenario moving(String... actions) {
        return new Scenario(folder, name, given, racy, edit, unwritten, Set.of(actions), until, sooner, hidden);
    }

    Scenario edited(BiFunction<String, ObjectNode, ObjectNode> change) {
        return new Scenario(folder, name, given, racy, change, unwritten, moving, until, sooner, hidden);
    }

    @Override
    public String toString() {
        return name;
    }
}
