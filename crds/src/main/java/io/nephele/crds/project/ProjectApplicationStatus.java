package io.nephele.crds.project;

import io.fabric8.kubernetes.api.model.Condition;
import io.nephele.crds.HasConditions;
import io.nephele.crds.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of it.
 *
 * @param state how it stands
 */
@Wire
public record ProjectApplicationStatus(
        @Nullable ApplicationState state, @Nullable List<Condition> conditions)
        implements HasConditions<ProjectApplicationStatus> {

    /** Of an object of which nothing is known yet. */
    public static final ProjectApplicationStatus NONE = new ProjectApplicationStatus(null, null);

    @Override
    public ProjectApplicationStatus withConditions(List<Condition> conditions) {
        return new ProjectApplicationStatus(state, conditions);
    }
}
