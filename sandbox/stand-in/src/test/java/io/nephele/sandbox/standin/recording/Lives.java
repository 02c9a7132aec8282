package io.nephele.sandbox.standin.recording;

import io.nephele.sandbox.standin.recording.Recording.Line;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Watch events sorted by the object that they are about. The second object of a name is another one: {@code VirtualMachineInstance a #2}. */
final class Lives {

    private final Map<String, List<Line>> byKey = new LinkedHashMap<>();
    private final Map<String, String> keys = new HashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final List<Line> events = new ArrayList<>();
    private final Set<String> kinds;
    private final Names names;
    private final String home;

    /**
     * Of the kinds that are compared; Kubernetes events are kept apart.
     *
     * @param home the namespace that is not mentioned in keys
     */
    Lives(Set<String> kinds, Names names, String home) {
        this.kinds = kinds;
        this.names = names;
        this.home = home;
    }

    void add(Line line) {
        if (line.kind().equals("Event")) {
            events.add(line);
        } else if (kinds.contains(line.kind())) {
            byKey.computeIfAbsent(
                            keys.computeIfAbsent(line.kind() + line.uid(), _ -> newKey(line)), _ -> new ArrayList<>())
                    .add(line);
        }
    }

    private String newKey(Line line) {
        String namespace = line.namespace().isEmpty() || line.namespace().equals(home) ? "" : line.namespace() + "/";
        String name = line.kind() + " " + namespace + names.normal(line.name());
        return name + " #" + counts.merge(name, 1, Integer::sum);
    }

    Set<String> keys() {
        return byKey.keySet();
    }

    /** All that was seen of an object so far. */
    List<Line> of(String key) {
        return byKey.getOrDefault(key, List.of());
    }

    /** Kubernetes events. */
    List<Line> events() {
        return events;
    }

    /** The key of the object that a line is about, or null before its first line. */
    String key(Line line) {
        return keys.get(line.kind() + line.uid());
    }
}
