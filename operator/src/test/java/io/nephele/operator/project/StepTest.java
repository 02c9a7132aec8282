package io.nephele.operator.project;

import static org.assertj.core.api.Assertions.assertThat;

import io.nephele.crds.project.MembershipState;
import io.nephele.crds.project.Policy;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembershipSpec;
import io.nephele.operator.admission.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every state × state × party × policy. What is let happen is a table that people can read: {@code membership-steps.txt}. */
class StepTest {

    private static final Path TABLE = Path.of("src/test/resources/membership-steps.txt");

    /** After a wanted change: {@code -Dgolden.write=true} writes it anew. */
    @Test
    void theStepsThatMembershipsTakeAreThoseOfTheTable() throws IOException {
        String table = String.join("\n", table()) + "\n";
        if (Boolean.getBoolean("golden.write")) {
            Files.createDirectories(TABLE.getParent());
            Files.writeString(TABLE, table);
        }
        assertThat(table).isEqualTo(Files.readString(TABLE));
    }

    private static List<String> table() {
        return Stream.of(MembershipState.values())
                .flatMap(from -> Stream.of(MembershipState.values())
                        .filter(to -> to != from)
                        .flatMap(to -> Stream.of(Party.values())
                                .map(party -> line(from, to, party))
                                .filter(line -> !line.isEmpty())))
                .toList();
    }

    private static String line(MembershipState from, MembershipState to, Party party) {
        var joins = new TreeSet<String>();
        var leaves = new TreeSet<String>();
        int allowed = 0;
        for (Policy join : Policy.values()) {
            for (Policy leave : Policy.values()) {
                for (boolean closed : List.of(false, true)) {
                    if (isAllowed(from, to, party, join, leave, closed)) {
                        joins.add(join + (closed ? " though closedToStrangers" : ""));
                        leaves.add(leave.name());
                        allowed++;
                    }
                }
            }
        }
        assertThat(allowed)
                .as("no step depends on how two policies go together")
                .isEqualTo(joins.size() * leaves.size());
        String when = (joins.size() == 6 ? "" : " joinPolicy " + String.join(", ", joins))
                + (leaves.size() == 3 ? "" : " leavePolicy " + String.join(", ", leaves));
        return allowed == 0
                ? ""
                : "%-14s -> %-14s %-13s%s".formatted(from, to, party, when).stripTrailing();
    }

    private static boolean isAllowed(
            MembershipState from, MembershipState to, Party party, Policy join, Policy leave, boolean closed) {
        return Projects.judge(project(join, leave, closed), from, to, Set.of(party)) instanceof Verdict.Allowed;
    }

    private static Project project(Policy join, Policy leave, boolean closed) {
        return Projects.project("p", spec -> Projects.with(spec, join, leave, closed));
    }

    @Test
    void aSuspendedMemberHasNoStepOfHisOwnWhateverThePolicies() {
        for (Policy leave : Policy.values()) {
            for (MembershipState to : MembershipState.values()) {
                if (to != MembershipState.Suspended) {
                    assertThat(Projects.judge(
                                    project(Policy.Auto, leave, false),
                                    MembershipState.Suspended,
                                    to,
                                    Set.of(Party.SELF)))
                            .as("%s %s", leave, to)
                            .isInstanceOf(Verdict.Denied.class);
                }
            }
        }
    }

    @Test
    void whoIsSeveralThingsMayDoWhatEachMay() {
        for (MembershipState from : MembershipState.values()) {
            for (MembershipState to : MembershipState.values()) {
                for (Party one : Party.values()) {
                    for (Party other : Party.values()) {
                        Project project = project(Policy.Moderated, Policy.Moderated, false);
                        boolean each = allows(project, from, to, EnumSet.of(one))
                                || allows(project, from, to, EnumSet.of(other));
                        assertThat(allows(project, from, to, EnumSet.of(one, other)))
                                .as("%s %s %s %s", from, to, one, other)
                                .isEqualTo(each);
                    }
                }
            }
        }
    }

    private static boolean allows(Project project, MembershipState from, MembershipState to, Set<Party> who) {
        return Projects.judge(project, from, to, who) instanceof Verdict.Allowed;
    }

    @Test
    void aRefusalSaysWhoMayOrWhatCanComeNext() {
        Project project = project(Policy.Moderated, Policy.Moderated, false);
        assertThat(message(project, MembershipState.Requested, MembershipState.Accepted, Party.SELF))
                .isEqualTo("this is for an owner of the project or an administrator to do");
        assertThat(message(project, MembershipState.Accepted, MembershipState.Requested, Party.OWNER))
                .isEqualTo(
                        "a membership that is Accepted does not become Requested: next can come [LeaveRequested, Suspended, Removed]");
        assertThat(message(project, MembershipState.Accepted, MembershipState.Removed, Party.SELF))
                .isEqualTo("ask to leave with spec.state: LeaveRequested, or ask an owner to remove you");
    }

    private static String message(Project project, MembershipState from, MembershipState to, Party who) {
        return ((Verdict.Denied) Projects.judge(project, from, to, Set.of(who))).message();
    }

    @Test
    void aMembershipDoesNotBeginAtItsEnd() {
        for (MembershipState to : EnumSet.of(
                MembershipState.LeaveRequested,
                MembershipState.Suspended,
                MembershipState.Rejected,
                MembershipState.Removed)) {
            assertThat(MembershipDecision.judge(new MembershipDecision.Proposed(
                            project(Policy.Auto, Policy.Auto, false),
                            List.of(),
                            null,
                            new ProjectMembershipSpec("bob", null, to, null, null),
                            EnumSet.allOf(Party.class))))
                    .as("%s", to)
                    .isInstanceOf(Verdict.Denied.class);
        }
    }

    @Test
    void aStrangerIsRefusedByAProjectThatIsClosedToStrangersAsByOneThatIsClosed() {
        assertThat(Projects.judge(
                        project(Policy.Auto, Policy.Auto, true),
                        MembershipState.Removed,
                        MembershipState.Accepted,
                        Set.of(Party.SELF)))
                .isEqualTo(Projects.judge(
                        Projects.project("p", spec -> Projects.with(spec, Policy.Closed, Policy.Auto, false)),
                        MembershipState.Removed,
                        MembershipState.Accepted,
                        Set.of(Party.SELF)))
                .isInstanceOf(Verdict.Denied.class);
    }
}
