package io.nephele.crds.project;

import io.fabric8.kubernetes.api.model.Condition;
import io.nephele.crds.HasConditions;
import io.nephele.crds.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the operator found.
 *
 * @param namespace where the project's objects are
 * @param accountId the AWS account id
 * @param roleArn what AWS clients assume: {@code arn:aws:iam::<account>:role/<project>}
 * @param phase what it is now
 * @param members how many count as members
 * @param dataRemovedAfter RFC 3339: when the data of a terminated project goes
 */
@Wire
public record ProjectStatus(
        @Nullable String namespace,
        @Nullable String accountId,
        @Nullable String roleArn,
        @Nullable ProjectPhase phase,
        @Nullable Integer members,
        @Nullable String dataRemovedAfter,
        @Nullable List<Condition> conditions)
        implements HasConditions<ProjectStatus> {

    /** Of an object of which nothing is known yet. */
    public static final ProjectStatus NONE = new ProjectStatus(null, null, null, null, null, null, null);

    @Override
    public ProjectStatus withConditions(List<Condition> conditions) {
        return new ProjectStatus(namespace, accountId, roleArn, phase, members, dataRemovedAfter, conditions);
    }
}
