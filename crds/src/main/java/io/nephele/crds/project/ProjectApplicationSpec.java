package io.nephele.crds.project;

import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.nephele.crds.Wire;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for. For a project that exists, only what is given here changes.
 *
 * @param project the name that the Project is to have, or has
 * @param applicant who asks; set at admission
 * @param reason why he needs it
 * @param displayName as in {@link ProjectSpec}, like all that follow
 * @param decision what was decided; absent while nobody has
 * @param decisionReason why
 */
@Wire
@ValidationRule(
        value = "self.project == oldSelf.project",
        fieldPath = ".project",
        message = "an application is for one project: make another ProjectApplication")
@ValidationRule(
        value =
                "!has(self.decision) || self.decision != 'Denied' || (has(self.decisionReason) && self.decisionReason != '')",
        fieldPath = ".decisionReason",
        message = "say why it is denied: the applicant reads it")
public record ProjectApplicationSpec(
        @Required @Size(min = 1, max = 63) @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$") String project,

        @Size(min = 1, max = 128) @Nullable String applicant,
        @Required @Size(min = 1, max = 4096) String reason,
        @Size(max = 128) @Nullable String displayName,
        @Size(max = 4096) @Nullable String description,

        @Size(max = 35) @Pattern(ProjectSpec.MOMENT) @Nullable String endDate,

        @Size(max = 64) @Nullable Map<String, String> limits,
        @Size(max = 64) @Nullable Map<String, String> memberLimits,
        @Nullable Policy joinPolicy,
        @Nullable Policy leavePolicy,
        @Min(0) @Max(1_000_000) @Nullable Integer maxMembers,
        @Nullable Boolean closedToStrangers,
        @Nullable OnSuspension onSuspension,
        @Nullable Decision decision,
        @Size(max = 1024) @Nullable String decisionReason) {

    /** What was asked, whatever was decided. */
    public ProjectApplicationSpec withoutDecision() {
        return new ProjectApplicationSpec(
                project,
                applicant,
                reason,
                displayName,
                description,
                endDate,
                limits,
                memberLimits,
                joinPolicy,
                leavePolicy,
                maxMembers,
                closedToStrangers,
                onSuspension,
                null,
                null);
    }
}
