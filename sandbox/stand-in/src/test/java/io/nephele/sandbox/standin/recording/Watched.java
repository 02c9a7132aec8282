package io.nephele.sandbox.standin.recording;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.recording.Recording.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Watches kinds on the API server as the recorder did: every event, in order, sorted by namespace. */
final class Watched implements AutoCloseable {

    private final Map<String, List<Line>> byNamespace = new ConcurrentHashMap<>();
    private final List<Watch> watches = new ArrayList<>();
    private volatile Exception broken;

    Watched(KubernetesClient client, Set<Api.Kind> kinds) {
        var api = new Api(client);
        for (Api.Kind kind : kinds) {
            watches.add(client.genericKubernetesResources(kind.context())
                    .inAnyNamespace()
                    .watch(new Watcher<GenericKubernetesResource>() {
                        @Override
                        public void eventReceived(Action action, GenericKubernetesResource object) {
                            var line = new Line(
                                    System.nanoTime() / 1e9,
                                    action.name(),
                                    kind.kind(),
                                    object.getMetadata().getName(),
                                    api.tree(object));
                            List<Line> lines = of(line.namespace());
                            synchronized (lines) {
                                lines.add(line);
                            }
                        }

                        @Override
                        public void onClose(WatcherException cause) {
                            broken = cause;
                        }
                    }));
        }
    }

    private List<Line> of(String namespace) {
        return byNamespace.computeIfAbsent(namespace, _ -> new ArrayList<>());
    }

    /** What came after the first {@code seen} lines of a namespace. */
    List<Line> after(String namespace, int seen) {
        if (broken != null) {
            throw new IllegalStateException("A watch has ended", broken);
        }
        List<Line> lines = of(namespace);
        synchronized (lines) {
            return List.copyOf(lines.subList(seen, lines.size()));
        }
    }

    @Override
    public void close() {
        watches.forEach(Watch::close);
    }
}
