package io.nephele.crds.project;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.nephele.crds.Wire;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is agreed of a project. Administrators write it; from an approved ProjectApplication the operator does.
 *
 * @param displayName for people
 * @param accountId its AWS account id of 12 digits; derived from the object's UID when absent. It never changes
 * @param description what it is for
 * @param owner the user who answers for it, as the identity provider names him, without prefix; a member with the role Owner
 * @param personal whether it is a user's own project, which has one member and cannot be joined
 * @param state what it is to be
 * @param reason why it was last suspended, resumed, terminated or reinstated
 * @param endDate RFC 3339; then it expires: limits become zero and nothing is destroyed
 * @param limits of the whole project by resource: a quantity or {@code unlimited}; a resource that is absent is unlimited
 * @param memberLimits of each member, in the same form
 * @param joinPolicy of users who ask to join
 * @param leavePolicy of members who want to leave
 * @param maxMembers at most so many members; unlimited when absent
 * @param closedToStrangers whether users who are not members are told that there is no such project
 * @param onSuspension what becomes of running Instances when it is suspended or expires
 * @param retention how long the data of a terminated project is kept, in hours such as {@code 720h}
 */
@Wire
@ValidationRule(
        value =
                "has(self.accountId) == has(oldSelf.accountId) && (!has(self.accountId) || self.accountId == oldSelf.accountId)",
        fieldPath = ".accountId",
        message = "an account id is part of names that clients keep, and never changes: make another Project")
@ValidationRule(
        value = "(has(self.personal) && self.personal) == (has(oldSelf.personal) && oldSelf.personal)",
        fieldPath = ".personal",
        message = "a personal project stays one, and no other becomes one: make another Project")
@ValidationRule(
        value = "!has(self.personal) || !self.personal || !has(self.state) || self.state != 'Terminated'",
        fieldPath = ".state",
        message = "a personal project is there as long as its user: suspend it instead")
@ValidationRule(
        value =
                "!has(self.personal) || !self.personal || (has(self.owner) && has(oldSelf.owner) && self.owner == oldSelf.owner)",
        fieldPath = ".owner",
        message = "a personal project is of one user for good")
@ValidationRule(
        value = "!has(self.personal) || !self.personal || has(self.owner)",
        fieldPath = ".owner",
        message = "a personal project needs the user whose it is")
public record ProjectSpec(
        @Size(max = 128) @Nullable String displayName,
        @Pattern("^[0-9]{12}$") @Nullable String accountId,
        @Size(max = 4096) @Nullable String description,
        @Size(min = 1, max = 128) @Nullable String owner,
        @Nullable Boolean personal,
        @Default("Active") @Nullable ProjectState state,
        @Size(max = 1024) @Nullable String reason,

        @Size(max = 35) @Pattern(ProjectSpec.MOMENT) @Nullable String endDate,

        @Size(max = 64) @Nullable Map<String, String> limits,
        @Size(max = 64) @Nullable Map<String, String> memberLimits,
        @Default("Moderated") @Nullable Policy joinPolicy,
        @Default("Auto") @Nullable Policy leavePolicy,
        @Min(0) @Max(1_000_000) @Nullable Integer maxMembers,
        @Nullable Boolean closedToStrangers,
        @Default("KeepRunning") @Nullable OnSuspension onSuspension,

        @Default("720h") @Size(max = 10) @Pattern("^[0-9]{1,8}h$") @Nullable String retention) {

    /** A moment in UTC such as {@code 2027-01-31T12:00:00Z}. */
    public static final String MOMENT = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?Z$";

    /** A project of a name and an owner, and all else as it comes. */
    public static ProjectSpec of(@Nullable String displayName, @Nullable String owner, boolean personal) {
        return new ProjectSpec(
                displayName,
                null,
                null,
                owner,
                personal ? true : null,
                null,
                null,
                null,
                null,
                null,
                personal ? Policy.Closed : null,
                personal ? Policy.Closed : null,
                personal ? 1 : null,
                personal ? true : null,
                null,
                null);
    }

    /** The same with limits of the whole project. */
    public ProjectSpec withLimits(Map<String, String> whole) {
        return new ProjectSpec(
                displayName,
                accountId,
                description,
                owner,
                personal,
                state,
                reason,
                endDate,
                whole,
                memberLimits,
                joinPolicy,
                leavePolicy,
                maxMembers,
                closedToStrangers,
                onSuspension,
                retention);
    }

    public boolean isPersonal() {
        return Boolean.TRUE.equals(personal);
    }

    public boolean isClosedToStrangers() {
        return Boolean.TRUE.equals(closedToStrangers);
    }

    public ProjectState stateOrDefault() {
        return state == null ? ProjectState.Active : state;
    }

    public Policy joinPolicyOrDefault() {
        return joinPolicy == null ? Policy.Moderated : joinPolicy;
    }

    public Policy leavePolicyOrDefault() {
        return leavePolicy == null ? Policy.Auto : leavePolicy;
    }

    /** How long the data of a terminated project is kept. */
    public Duration retentionOrDefault() {
        return retention == null ? Duration.ofDays(30) : Duration.ofHours(Long.parseLong(retention.replace("h", "")));
    }

    /** How many may be members at the same time; null for as many as come. */
    public @Nullable Integer places() {
        String limit = limits == null ? null : limits.get("members");
        if (maxMembers != null || limit == null || !limit.matches("[0-9]{1,9}")) {
            return maxMembers;
        }
        return Integer.valueOf(limit);
    }

    public OnSuspension onSuspensionOrDefault() {
        return onSuspension == null ? OnSuspension.KeepRunning : onSuspension;
    }
}
