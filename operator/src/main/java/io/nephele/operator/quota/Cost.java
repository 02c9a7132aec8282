package io.nephele.operator.quota;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an object costs, and whom.
 *
 * @param user the member who is charged beside the project; null where the project alone is
 * @param amounts by resource, none of them zero
 */
record Cost(@Nullable String user, Map<String, Long> amounts) {

    /** Of an object that is not there, or not there any more. */
    static final Cost NOTHING = new Cost(null, Map.of());
}
