package io.nephele.crds;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A status that says why it is as it is. */
public interface HasConditions<S> {

    @Nullable List<Condition> conditions();

    /** The same status with other conditions. */
    S withConditions(List<Condition> conditions);
}
