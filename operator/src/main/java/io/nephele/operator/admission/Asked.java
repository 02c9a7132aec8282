package io.nephele.operator.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A write that the API server asks about, before it is carried out.
 *
 * @param resource in the plural, such as {@code instances}
 * @param namespace absent for what has none
 * @param name of the object
 * @param user who writes
 * @param groups his groups
 * @param object as it would be; absent at a deletion. It has its UID and generation where a rule validates, and not yet where a rule completes
 * @param old as it is; absent at a creation
 * @param dryRun nothing will be written, so nothing may be charged
 */
public record Asked(
        String resource,
        Operation operation,
        @Nullable String namespace,
        String name,
        String user,
        Set<String> groups,
        @Nullable ObjectNode object,
        @Nullable ObjectNode old,
        boolean dryRun) {

    /** The object as it would be, as one of our types. */
    public <T> T object(Class<T> type) {
        return convert(object, type);
    }

    /** The object as it is. */
    public <T> T old(Class<T> type) {
        return convert(old, type);
    }

    private <T> T convert(@Nullable ObjectNode node, Class<T> type) {
        if (node == null) {
            throw new IllegalStateException("There is no such object at " + operation + " of " + resource);
        }
        return Json.MAPPER.convertValue(node, type);
    }
}
