package io.nephele.sandbox.standin;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What takes time: the next step of an object is due some time after it was first asked for. After a restart the waiting begins anew. */
public final class Steps {

    private record Step(String name, long due) {}

    private final Map<String, Step> steps = new ConcurrentHashMap<>();
    private final KeyedQueue queue;

    /** The queue is asked to work on the key again when a step is due. */
    public Steps(KeyedQueue queue) {
        this.queue = queue;
    }

    /**
     * Whether {@code after} has passed since this step of the object was first asked for. An object waits for one step at a time.
     *
     * @param uid of the object
     * @param key of it in the queue
     */
    public boolean due(String uid, String key, String step, Duration after) {
        long now = System.nanoTime();
        Step waiting = steps.get(uid);
        if (waiting == null || !waiting.name().equals(step)) {
            steps.put(uid, new Step(step, now + after.toNanos()));
            if (after.isZero()) {
                return true;
            }
            queue.addAfter(key, after);
            return false;
        }
        if (now >= waiting.due()) {
            return true;
        }
        queue.addAfter(key, Duration.ofNanos(waiting.due() - now).plusMillis(1));
        return false;
    }

    /** Forgets an object. */
    public void forget(String uid) {
        steps.remove(uid);
    }
}
