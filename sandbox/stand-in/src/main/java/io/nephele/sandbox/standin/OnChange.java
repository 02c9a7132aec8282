package io.nephele.sandbox.standin;

import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.function.Consumer;

/**
 * For whom it is all the same what has happened to an object.
 *
 * @param changed called when it has come, has changed or has gone
 * @param gone called after that, when it has gone
 */
public record OnChange<T>(Consumer<T> changed, Consumer<T> gone) implements ResourceEventHandler<T> {

    public OnChange(Consumer<T> changed) {
        this(changed, _ -> {});
    }

    @Override
    public void onAdd(T object) {
        changed.accept(object);
    }

    @Override
    public void onUpdate(T old, T object) {
        changed.accept(object);
    }

    @Override
    public void onDelete(T object, boolean unknown) {
        changed.accept(object);
        gone.accept(object);
    }
}
