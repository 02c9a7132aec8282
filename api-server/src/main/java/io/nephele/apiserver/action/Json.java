package io.nephele.apiserver.action;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.function.Consumer;

/** JSON merge patches. */
public final class Json {

    private Json() {}

    /** A patch of {@code spec}. */
    public static String spec(Consumer<ObjectNode> change) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        change.accept(patch.putObject("spec"));
        return patch.toString();
    }

    /** The same, refused if the object has changed since it was read: for what follows from the old value. Clients repeat an order that meets another by themselves. */
    public static String spec(HasMetadata read, Consumer<ObjectNode> change) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("metadata").put("resourceVersion", read.getMetadata().getResourceVersion());
        change.accept(patch.putObject("spec"));
        return patch.toString();
    }
}
