package io.nephele.sandbox.standin.cdi;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.nephele.sandbox.standin.Api;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Events about DataVolumes. As with the recorders of Kubernetes they are sent behind the work, are dropped when there are too many, and one that was just sent is not
 * sent again.
 */
final class Events implements AutoCloseable {

    private static final int QUEUE = 1000;
    private static final int REMEMBERED = 1000;

    private record Event(GenericKubernetesResource about, String type, String reason, String message) {
        String identity() {
            return about.getMetadata().getUid() + type + reason + message;
        }
    }

    private final Api api;
    private final BlockingQueue<Event> queue = new ArrayBlockingQueue<>(QUEUE);
    private final Map<String, Boolean> sent = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };
    private final Thread sender = Thread.ofVirtual().name("stand-in-cdi-events").start(this::send);

    Events(Api api) {
        this.api = api;
    }

    void normal(DataVolume about, String reason, String message) {
        add(about, "Normal", reason, message);
    }

    void warning(DataVolume about, String reason, String message) {
        add(about, "Warning", reason, message);
    }

    private void add(DataVolume about, String type, String reason, String message) {
        var _ = queue.offer(new Event(api.parse(about.tree(), GenericKubernetesResource.class), type, reason, message));
    }

    private void send() {
        try {
            while (true) {
                Event event = queue.take();
                if (sent.put(event.identity(), true) == null) {
                    try {
                        api.event(
                                event.about(), event.type(), event.reason(), event.message(), "datavolume-controller");
                    } catch (RuntimeException lost) {
                        // An event is lost when the API server cannot be reached: nothing depends on it.
                        sent.remove(event.identity());
                    }
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        sender.interrupt();
    }
}
