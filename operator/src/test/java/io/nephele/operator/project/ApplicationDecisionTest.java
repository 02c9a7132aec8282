package io.nephele.operator.project;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.crds.project.Decision;
import io.nephele.crds.project.HistoryEntry;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectApplication;
import io.nephele.crds.project.ProjectApplicationSpec;
import io.nephele.crds.project.ProjectState;
import io.nephele.operator.admission.Verdict;
import io.nephele.operator.project.ApplicationDecision.Deciding;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApplicationDecisionTest {

    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
    private static final String LATER = "2027-11-25T12:00:00Z";

    private final Project ofOlivia = Projects.project("genome", spec -> Projects.owned(spec, "olivia", null));

    @Test
    void aNewProjectNeedsAFreeNameAndAnEndInTheFuture() {
        assertThat(judge("genome", LATER, null)).isEqualTo(Verdict.ALLOWED);
        assertThat(judge("genome", null, null)).isInstanceOf(Verdict.Denied.class);
        assertThat(judge("genome", "2026-11-25T12:00:00Z", null)).isInstanceOf(Verdict.Denied.class);
        assertThat(ApplicationDecision.judge(asked("default", "olivia", LATER, null), null, true, NOW))
                .as("a namespace that is no project's")
                .isEqualTo(taken("default"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kube-x", "nephele-images", "personal-bob"})
    void someNamesAreNotGiven(String name) {
        assertThat(judge(name, LATER, null)).isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void ofAProjectThatIsAnothersOneLearnsNoMoreThanThatTheNameIsTaken() {
        Verdict ofAnothers = ApplicationDecision.judge(asked("genome", "bob", LATER, null), ofOlivia, false, NOW);
        assertThat(ofAnothers).isEqualTo(taken("genome"));
        assertThat(judge("genome", LATER, ofOlivia)).isEqualTo(Verdict.ALLOWED);
        assertThat(judge("genome", null, ofOlivia))
                .as("a change needs no new end")
                .isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void nobodyAppliesForWhatIsDecidedAlready() {
        assertThat(ApplicationDecision.judge(asked("genome", "olivia", LATER, Decision.Approved), null, false, NOW))
                .isInstanceOf(Verdict.Denied.class);
    }

    @ParameterizedTest
    @EnumSource
    void eachDecisionIsOfOneParty(Decision decision) {
        assertThat(decide(decision, false, true, false, false, false))
                .as("the applicant")
                .isEqualTo(decision == Decision.Cancelled ? Verdict.ALLOWED : denied(decision));
        assertThat(decide(decision, false, false, true, false, false).equals(Verdict.ALLOWED))
                .as("an administrator")
                .isEqualTo(decision == Decision.Approved || decision == Decision.Denied);
        assertThat(decide(decision, false, false, false, true, false).equals(Verdict.ALLOWED))
                .as("the operator")
                .isEqualTo(decision == Decision.Replaced);
        assertThat(decide(decision, false, false, false, false, false))
                .as("anybody else")
                .isInstanceOf(Verdict.Denied.class);
    }

    private Verdict denied(Decision decision) {
        Verdict verdict = decide(decision, false, false, false, false, false);
        assertThat(verdict).isInstanceOf(Verdict.Denied.class);
        return verdict;
    }

    @Test
    void whatIsDecidedStaysSo() {
        var approved = asked("genome", "olivia", LATER, Decision.Approved);
        for (Decision decision : Decision.values()) {
            Verdict verdict = new Deciding(
                            approved,
                            asked("genome", "olivia", LATER, decision),
                            false,
                            null,
                            false,
                            true,
                            true,
                            true,
                            NOW)
                    .judge();
            assertThat(verdict)
                    .isEqualTo(
                            decision == Decision.Approved
                                    ? Verdict.ALLOWED
                                    : Verdict.conflict("this application is Approved already: a new one is needed"));
        }
    }

    @Test
    void anApplicationThatANewerOneReplacesIsNotDecided() {
        for (Decision decision : List.of(Decision.Approved, Decision.Denied)) {
            assertThat(decide(decision, true, false, true, false, false))
                    .isEqualTo(Verdict.conflict(
                            "the applicant has made a newer application for this project: decide that one"));
        }
        assertThat(decide(Decision.Cancelled, true, true, false, false, false)).isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void aNameThatWasTakenMeanwhileIsNotApproved() {
        assertThat(decide(Decision.Approved, false, false, true, false, true)).isEqualTo(taken("genome"));
        assertThat(decide(Decision.Denied, false, false, true, false, true)).isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void whatWasAskedIsNotChangedUnderTheEyesOfWhoDecides() {
        var more = new ProjectApplicationSpec(
                "genome",
                "olivia",
                "science",
                null,
                null,
                LATER,
                Map.of("vcpus", "1000"),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
        assertThat(new Deciding(asked("genome", "olivia", LATER, null), more, false, null, false, true, true, true, NOW)
                        .judge())
                .isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void theNewestApplicationOfAnApplicantForAProjectCounts() {
        var first = application("a", "olivia", "2026-11-25T12:00:00.001Z", null);
        var second = application("b", "olivia", "2026-11-25T12:00:00.002Z", null);
        var another = application("c", "bob", "2026-11-25T12:00:00.003Z", null);
        var cancelled = application("d", "olivia", "2026-11-25T12:00:00.004Z", Decision.Cancelled);
        var all = List.of(first, second, another, cancelled);
        assertThat(ApplicationDecision.isReplaced(first, all)).isTrue();
        assertThat(ApplicationDecision.isReplaced(second, all)).isFalse();
        assertThat(ApplicationDecision.isReplaced(another, all)).isFalse();
    }

    @Test
    void aChangeNamesOnlyWhatIsGivenAndBringsTheProjectBack() {
        var application = application("more", "olivia", "2026-11-25T12:00:00Z", Decision.Approved);
        application.setSpec(new ProjectApplicationSpec(
                "genome",
                "olivia",
                "science",
                null,
                null,
                null,
                Map.of("vcpus", "1000"),
                null,
                null,
                null,
                null,
                null,
                null,
                Decision.Approved,
                null));
        assertThat(ApplicationDecision.change(application))
                .isEqualTo(Map.of(
                        "limits",
                        Map.of("vcpus", "1000"),
                        "state",
                        ProjectState.Active,
                        "reason",
                        "the application more was approved"));
    }

    private static Verdict taken(String name) {
        return Verdict.conflict("spec.project: the name " + name + " is taken: choose another");
    }

    private static Verdict judge(String name, @Nullable String end, @Nullable Project project) {
        return ApplicationDecision.judge(asked(name, "olivia", end, null), project, false, NOW);
    }

    private Verdict decide(
            Decision decision,
            boolean newer,
            boolean applicant,
            boolean administrator,
            boolean operator,
            boolean nameTaken) {
        return new Deciding(
                        asked("genome", "olivia", LATER, null),
                        asked("genome", "olivia", LATER, decision),
                        newer,
                        null,
                        nameTaken,
                        applicant,
                        administrator,
                        operator,
                        NOW)
                .judge();
    }

    private static ProjectApplicationSpec asked(
            String project, String applicant, @Nullable String end, @Nullable Decision decision) {
        return new ProjectApplicationSpec(
                project,
                applicant,
                "science",
                null,
                null,
                end,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                decision,
                decision == Decision.Denied ? "no room" : null);
    }

    private static ProjectApplication application(
            String name, String applicant, String at, @Nullable Decision decision) {
        var application = new ProjectApplication();
        application.setMetadata(
                new ObjectMetaBuilder().withName(name).withUid("uid-" + name).build());
        application.setSpec(asked("genome", applicant, LATER, decision));
        application.setHistory(List.of(new HistoryEntry(at, "nephele:" + applicant, "Create", null, "Pending", null)));
        return application;
    }
}
