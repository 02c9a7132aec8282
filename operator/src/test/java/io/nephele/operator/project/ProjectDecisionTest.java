package io.nephele.operator.project;

import static io.nephele.crds.project.MemberRole.Member;
import static io.nephele.crds.project.MemberRole.Owner;
import static io.nephele.crds.project.MembershipState.Accepted;
import static io.nephele.crds.project.MembershipState.LeaveRequested;
import static io.nephele.crds.project.MembershipState.Removed;
import static io.nephele.crds.project.MembershipState.Requested;
import static io.nephele.crds.project.MembershipState.Suspended;
import static org.assertj.core.api.Assertions.assertThat;

import io.nephele.crds.project.HistoryEntry;
import io.nephele.crds.project.OnSuspension;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.project.ProjectMembershipSpec;
import io.nephele.crds.project.ProjectPhase;
import io.nephele.crds.project.ProjectState;
import io.nephele.crds.quota.QuotaSpec;
import io.nephele.operator.project.ProjectDecision.Machines;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProjectDecisionTest {

    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

    @Test
    void anActiveProjectHasItsLimitsAndItsMembersTheirs() {
        Project project =
                Projects.project("p", spec -> Projects.owned(spec.withLimits(Map.of("instances", "10")), "olivia", 5));
        var decision = decide(
                project,
                List.of(
                        Projects.member("olivia", Owner, Accepted),
                        Projects.member("bob", Member, LeaveRequested, Map.of("instances", "1")),
                        Projects.member("carol", Member, Requested),
                        Projects.member("dave", Member, Suspended),
                        Projects.member("erin", Member, Removed)));
        assertThat(decision.phase()).isEqualTo(ProjectPhase.Active);
        assertThat(decision.quota())
                .isEqualTo(new QuotaSpec(
                        null,
                        Map.of("instances", "10", "members", "5"),
                        Map.of(),
                        Map.of("olivia", Map.of(), "bob", Map.of("instances", "1"))));
        assertThat(decision.status().members()).isEqualTo(2);
        assertThat(decision.status().roleArn()).isEqualTo("arn:aws:iam::" + project.accountId() + ":role/p");
        assertThat(decision.machines()).isEqualTo(Machines.LEFT);
        assertThat(decision.owner()).isNull();
        assertThat(decision.recheck()).isNull();
    }

    @Test
    void aSuspendedProjectIsFrozenAndItsMachinesGoOn() {
        var decision = decide(in(ProjectState.Suspended, null, OnSuspension.KeepRunning), List.of());
        assertThat(decision.phase()).isEqualTo(ProjectPhase.Suspended);
        assertThat(decision.quota().frozen()).isEqualTo("The project is suspended: because");
        assertThat(decision.machines()).isEqualTo(Machines.LEFT);
    }

    @Test
    void machinesAreStoppedWhereTheProjectSaysSo() {
        assertThat(decide(in(ProjectState.Suspended, null, OnSuspension.Stop), List.of())
                        .machines())
                .isEqualTo(Machines.STOPPED);
        assertThat(decide(in(ProjectState.Active, "2026-11-25T11:59:59Z", OnSuspension.Stop), List.of())
                        .machines())
                .isEqualTo(Machines.STOPPED);
    }

    @Test
    void aProjectExpiresAtItsEndDateAndIsActiveAgainWhenThatIsMoved() {
        var before = decide(in(ProjectState.Active, "2026-11-25T12:00:01Z", OnSuspension.KeepRunning), List.of());
        assertThat(before.phase()).isEqualTo(ProjectPhase.Active);
        assertThat(before.recheck()).isEqualTo(Duration.ofSeconds(1));
        var after = decide(in(ProjectState.Active, "2026-11-25T12:00:00Z", OnSuspension.KeepRunning), List.of());
        assertThat(after.phase()).isEqualTo(ProjectPhase.Expired);
        assertThat(after.quota().frozen()).contains("its end date was 2026-11-25T12:00:00Z");
        assertThat(after.machines()).isEqualTo(Machines.LEFT);
        assertThat(after.recheck()).isNull();
    }

    @Test
    void theDataOfATerminatedProjectIsKeptAsLongAsItSaysAndThenRemoved() {
        var kept = decide(terminatedAt("2026-11-01T12:00:00Z"), List.of());
        assertThat(kept.phase()).isEqualTo(ProjectPhase.Terminated);
        assertThat(kept.machines()).isEqualTo(Machines.ALL_STOPPED);
        assertThat(kept.status().dataRemovedAfter()).isEqualTo("2026-12-01T12:00:00Z");
        assertThat(kept.recheck()).isEqualTo(Duration.ofDays(6));
        var over = decide(terminatedAt("2026-10-26T12:00:00Z"), List.of());
        assertThat(over.machines()).isEqualTo(Machines.REMOVED);
    }

    @Test
    void ofTwoTerminationsTheLastCounts() {
        Project project = terminatedAt("2025-01-01T00:00:00Z");
        project.setHistory(List.of(
                entry("2025-01-01T00:00:00Z", "Active", "Terminated"),
                entry("2025-01-02T00:00:00Z", "Terminated", "Active"),
                entry("2026-11-25T00:00:00Z", "Active", "Terminated")));
        assertThat(decide(project, List.of()).status().dataRemovedAfter()).isEqualTo("2026-12-25T00:00:00Z");
    }

    @Test
    void withoutAHistoryItIsKeptFromWhenItWasFirstSeenTerminated() {
        Project project = in(ProjectState.Terminated, null, OnSuspension.KeepRunning);
        var first = decide(project, List.of());
        assertThat(first.status().dataRemovedAfter()).isEqualTo("2026-12-25T12:00:00Z");
        project.setStatus(first.status());
        assertThat(ProjectDecision.of(project, List.of(), NOW.plus(Duration.ofDays(1)))
                        .status()
                        .dataRemovedAfter())
                .isEqualTo("2026-12-25T12:00:00Z");
    }

    @Test
    void aReinstatedProjectIsActiveAndNothingIsRemoved() {
        Project project = terminatedAt("2020-01-01T00:00:00Z");
        project.setSpec(Projects.in(project.getSpec(), ProjectState.Active, null, OnSuspension.KeepRunning));
        var decision = decide(project, List.of());
        assertThat(decision.phase()).isEqualTo(ProjectPhase.Active);
        assertThat(decision.machines()).isEqualTo(Machines.LEFT);
        assertThat(decision.status().dataRemovedAfter()).isNull();
        assertThat(decision.quota().frozen()).isNull();
    }

    @Test
    void whoAnswersForTheProjectIsAnOwnerOfIt() {
        assertThat(owner(null)).isEqualTo(new ProjectMembershipSpec("olivia", Owner, Accepted, null, null));
        assertThat(owner(Projects.member("olivia", Member, Accepted, Map.of("instances", "1"))))
                .isEqualTo(new ProjectMembershipSpec("olivia", Owner, Accepted, null, Map.of("instances", "1")));
        assertThat(owner(Projects.member("olivia", Member, Removed)))
                .isEqualTo(new ProjectMembershipSpec("olivia", Owner, Accepted, null, null));
        assertThat(owner(Projects.member("olivia", Owner, Suspended)))
                .as("an administrator's suspension stays")
                .isNull();
    }

    private static @Nullable ProjectMembershipSpec owner(@Nullable ProjectMembership olivia) {
        Project project = Projects.project("p", spec -> Projects.owned(spec, "olivia", null));
        var bob = Projects.member("bob", Owner, Accepted);
        return decide(project, olivia == null ? List.of(bob) : List.of(bob, olivia))
                .owner();
    }

    private static Project in(ProjectState state, @Nullable String endDate, OnSuspension onSuspension) {
        return Projects.project("p", spec -> Projects.in(spec, state, endDate, onSuspension));
    }

    private static Project terminatedAt(String at) {
        Project project = in(ProjectState.Terminated, null, OnSuspension.KeepRunning);
        project.setHistory(List.of(entry(at, "Active", "Terminated")));
        return project;
    }

    private static HistoryEntry entry(String at, String from, String to) {
        return new HistoryEntry(at, "nephele:adam", "x", from, to, null);
    }

    private static ProjectDecision decide(Project project, List<ProjectMembership> memberships) {
        return ProjectDecision.of(project, memberships, NOW);
    }
}
