package io.nephele.apiserver.action;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
}
