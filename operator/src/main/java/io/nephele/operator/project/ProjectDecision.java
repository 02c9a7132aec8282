package io.nephele.operator.project;

import io.nephele.crds.project.HistoryEntry;
import io.nephele.crds.project.MemberRole;
import io.nephele.crds.project.MembershipState;
import io.nephele.crds.project.OnSuspension;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.project.ProjectMembershipSpec;
import io.nephele.crds.project.ProjectPhase;
import io.nephele.crds.project.ProjectSpec;
import io.nephele.crds.project.ProjectState;
import io.nephele.crds.project.ProjectStatus;
import io.nephele.crds.quota.QuotaSpec;
import io.nephele.operator.Conditions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a project is now, and what follows from that.
 *
 * @param quota the limits in force
 * @param owner the membership that whoever answers for the project is to have; null where it is as it should be
 * @param machines what becomes of the Instances
 * @param status with all but what only the doing shows
 * @param recheck when time alone changes something
 */
record ProjectDecision(
        ProjectPhase phase,
        QuotaSpec quota,
        @Nullable ProjectMembershipSpec owner,
        Machines machines,
        ProjectStatus status,
        @Nullable Duration recheck) {

    /** What becomes of the Instances, and of all else that holds data. */
    enum Machines {
        /** They are their users'. */
        LEFT,

        /** Stopped, except those with {@code stopProtection}. */
        STOPPED,

        /** Stopped, every one. */
        ALL_STOPPED,

        /** Removed, and all data with them. */
        REMOVED
    }

    /** Of a project whose namespace is there. */
    static ProjectDecision of(Project project, List<ProjectMembership> memberships, Instant now) {
        ProjectSpec spec = project.getSpec();
        Instant end = spec.endDate() == null ? null : Instant.parse(spec.endDate());
        ProjectPhase phase = phase(spec.stateOrDefault(), end, now);
        Instant removal = phase == ProjectPhase.Terminated ? removal(project, now) : null;
        Machines machines = machines(phase, spec.onSuspensionOrDefault(), removal, now);
        ProjectStatus old = project.getStatus() == null ? ProjectStatus.NONE : project.getStatus();
        long members =
                memberships.stream().filter(m -> m.getSpec().state().counts()).count();
        String message = message(phase, spec, removal);
        var status = new ProjectStatus(
                project.getMetadata().getName(),
                project.accountId(),
                project.roleArn(),
                phase,
                (int) members,
                removal == null ? null : Conditions.timestamp(removal),
                new Conditions(old.conditions(), project.getMetadata().getGeneration(), now)
                        .set("Ready", phase == ProjectPhase.Active, phase.name(), message)
                        .toList());
        return new ProjectDecision(
                phase,
                quota(spec, memberships, phase == ProjectPhase.Active ? null : message),
                owner(spec, memberships),
                machines,
                status,
                recheck(phase, end, removal, now));
    }

    private static ProjectPhase phase(ProjectState state, @Nullable Instant end, Instant now) {
        return switch (state) {
            case Terminated -> ProjectPhase.Terminated;
            case Suspended -> ProjectPhase.Suspended;
            case Active -> end == null || now.isBefore(end) ? ProjectPhase.Active : ProjectPhase.Expired;
        };
    }

    private static Machines machines(
            ProjectPhase phase, OnSuspension onSuspension, @Nullable Instant removal, Instant now) {
        return switch (phase) {
            case Pending, Active -> Machines.LEFT;
            case Suspended, Expired -> onSuspension == OnSuspension.Stop ? Machines.STOPPED : Machines.LEFT;
            case Terminated -> removal == null || now.isBefore(removal) ? Machines.ALL_STOPPED : Machines.REMOVED;
        };
    }

    /** The history knows when it was terminated. Without one, as of a project that is older than admission, it counts from when that was first seen. */
    private static Instant removal(Project project, Instant now) {
        Duration retention = project.getSpec().retentionOrDefault();
        List<HistoryEntry> history = project.getHistory();
        for (HistoryEntry entry : history.reversed()) {
            if (entry.at() != null
                    && ProjectState.Terminated.name().equals(entry.to())
                    && !ProjectState.Terminated.name().equals(entry.from())) {
                return Instant.parse(entry.at()).plus(retention);
            }
        }
        String known = project.getStatus() == null ? null : project.getStatus().dataRemovedAfter();
        return known == null ? now.plus(retention) : Instant.parse(known);
    }

    private static String message(ProjectPhase phase, ProjectSpec spec, @Nullable Instant removal) {
        String why = spec.reason() == null ? "" : ": " + spec.reason();
        return switch (phase) {
            case Pending, Active ->
                spec.endDate() == null ? "The project is active" : "The project is active until " + spec.endDate();
            case Suspended -> "The project is suspended" + why;
            case Expired ->
                "The project has expired, its end date was " + spec.endDate() + ": its owner applies for a later one";
            case Terminated ->
                "The project is terminated" + why
                        + (removal == null ? "" : ". Its data is removed after " + Conditions.timestamp(removal));
        };
    }

    private static QuotaSpec quota(ProjectSpec spec, List<ProjectMembership> memberships, @Nullable String frozen) {
        var limits = new TreeMap<>(spec.limits() == null ? Map.<String, String>of() : spec.limits());
        Integer places = spec.maxMembers();
        if (places != null) {
            limits.put("members", places.toString());
        }
        var members = new TreeMap<String, Map<String, String>>();
        memberships.stream()
                .map(ProjectMembership::getSpec)
                .filter(member -> member.state().counts())
                .forEach(member -> members.put(
                        member.user(), member.limits() == null ? Map.of() : new TreeMap<>(member.limits())));
        return new QuotaSpec(
                frozen, limits, new TreeMap<>(spec.memberLimits() == null ? Map.of() : spec.memberLimits()), members);
    }

    /** Who answers for the project is an owner of it, whatever he was before; only an administrator's suspension stays. */
    private static @Nullable ProjectMembershipSpec owner(ProjectSpec spec, List<ProjectMembership> memberships) {
        String owner = spec.owner();
        if (owner == null) {
            return null;
        }
        ProjectMembershipSpec present = memberships.stream()
                .map(ProjectMembership::getSpec)
                .filter(member -> member.user().equals(owner))
                .findFirst()
                .orElse(null);
        MembershipState state =
                present == null || !present.state().takesPlace() ? MembershipState.Accepted : present.state();
        return present != null && present.state() == state && present.roleOrDefault() == MemberRole.Owner
                ? null
                : new ProjectMembershipSpec(
                        owner, MemberRole.Owner, state, null, present == null ? null : present.limits());
    }

    private static @Nullable Duration recheck(
            ProjectPhase phase, @Nullable Instant end, @Nullable Instant removal, Instant now) {
        Instant next = phase == ProjectPhase.Active ? end : removal;
        return next == null || !next.isAfter(now) ? null : Duration.between(now, next);
    }
}
