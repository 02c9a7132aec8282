package io.nephele.operator.project;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.nephele.crds.project.HistoryEntry;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectSpec;
import io.nephele.operator.admission.Asked;
import io.nephele.operator.admission.Fill;
import io.nephele.operator.admission.Operation;
import io.nephele.operator.admission.Verdict;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RulesTest {

    private static final String OPERATOR = "system:serviceaccount:nephele-system:nephele-operator";

    private final Histories histories =
            new Histories(Clock.fixed(Instant.parse("2026-11-25T12:00:00.123456Z"), ZoneOffset.UTC), OPERATOR);

    @Test
    void theHistoryIsMadeFromTheOldOneAndWhatAUserSendsIsNotLookedAt() {
        var old = new HistoryEntry("2026-01-01T00:00:00Z", "nephele:olivia", "Invite", null, "Invited", null);
        assertThat(histories.complete(
                        asked("nephele:bob", "{\"history\": [{\"action\": \"Lie\"}]}"), List.of(old), RulesTest::entry))
                .isEqualTo(List.of(
                        new Fill(List.of("history"), List.of(old, entry("2026-11-25T12:00:00.123Z", "nephele:bob")))));
        assertThat(histories.complete(
                        asked("nephele:bob", "{\"history\": [{\"action\": \"Lie\"}]}"), List.of(), (_, _) -> null))
                .isEqualTo(List.of(new Fill(List.of("history"), List.of())));
        assertThat(histories.complete(asked("nephele:bob", "{}"), List.of(), (_, _) -> null))
                .isEmpty();
    }

    @Test
    void ofALongHistoryTheLatestIsKept() {
        List<HistoryEntry> old = IntStream.range(0, HistoryEntry.KEPT)
                .mapToObj(i -> entry("2026-01-01T00:00:00Z", "nephele:user" + i))
                .toList();
        Object kept = histories
                .complete(asked("nephele:bob", "{}"), old, RulesTest::entry)
                .getFirst()
                .value();
        var expected = new ArrayList<>(old.subList(1, old.size()));
        expected.add(entry("2026-11-25T12:00:00.123Z", "nephele:bob"));
        assertThat(kept).isEqualTo(expected);
    }

    @Test
    void onlyTheOperatorActsForSomebody() {
        String acting = "{\"metadata\": {\"annotations\": {\"nephele.io/acting-for\": \"nephele:adam\"}}}";
        assertThat(histories.actor(asked(OPERATOR, acting))).isEqualTo("nephele:adam");
        assertThat(histories.isOperatorItself(asked(OPERATOR, acting))).isFalse();
        assertThat(histories.actor(asked("nephele:bob", acting))).isEqualTo("nephele:bob");
        assertThat(histories.isOperatorItself(asked(OPERATOR, "{}"))).isTrue();
    }

    @Test
    void aPersonalProjectIsCalledByItsUserAndNoOtherProjectIs() {
        ProjectSpec personal = ProjectSpec.of(null, "bob", true);
        assertThat(ProjectRule.name(Project.personalName("bob"), personal)).isEqualTo(Verdict.ALLOWED);
        assertThat(ProjectRule.name("personal-olivia", personal)).isInstanceOf(Verdict.Denied.class);
        assertThat(ProjectRule.name("genome", personal)).isInstanceOf(Verdict.Denied.class);
        assertThat(ProjectRule.name("personal-olivia", ProjectSpec.of(null, "bob", false)))
                .isInstanceOf(Verdict.Denied.class);
        assertThat(ProjectRule.name("genome", ProjectSpec.of(null, "bob", false)))
                .isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void anObjectIsChargedToWhoMakesItUntilAnOwnerSaysOtherwise() {
        Predicate<String> members = Set.of("bob", "carol")::contains;
        assertThat(ChargedTo.judge("bob", "bob", false, members)).isEqualTo(Verdict.ALLOWED);
        assertThat(ChargedTo.judge("bob", "carol", false, members))
                .as("a member charges nobody else, when he makes it or later")
                .isInstanceOf(Verdict.Denied.class);
        assertThat(ChargedTo.judge("bob", "carol", true, members)).isEqualTo(Verdict.ALLOWED);
        assertThat(ChargedTo.judge("bob", "dave", true, members))
                .as("nobody is charged who is no member")
                .isInstanceOf(Verdict.Denied.class);
        assertThat(ChargedTo.judge("dave", "dave", false, members))
                .as("what somebody has left stays his")
                .isEqualTo(Verdict.ALLOWED);
        assertThat(ChargedTo.judge("bob", null, true, members))
                .as("it does not become nobody's")
                .isInstanceOf(Verdict.Denied.class);
        assertThat(ChargedTo.judge(null, null, false, members)).isEqualTo(Verdict.ALLOWED);
    }

    private static HistoryEntry entry(String at, String by) {
        return new HistoryEntry(at, by, "Accept", "Requested", "Accepted", null);
    }

    private static Asked asked(String user, String object) {
        return new Asked(
                "projects",
                Operation.UPDATE,
                null,
                "p",
                user,
                Set.of(),
                Serialization.unmarshal(object, ObjectNode.class),
                null,
                false);
    }
}
