package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectPhase;
import io.nephele.crds.project.ProjectSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A project from its application to its end, by the commands of {@code docs/projects.md}. */
@ExtendWith(SandboxExtension.class)
class ProjectLifecycleTest {

    @TempDir
    Path scratch;

    private Guide guide;

    @BeforeEach
    void everybodyHasAPersonalProject(Sandbox sandbox) throws Exception {
        guide = Guide.of("projects.md", new Shell(sandbox, scratch));
        for (String user : List.of("olivia", "bob", "carol")) {
            personalProject(sandbox, user);
        }
    }

    private static void personalProject(Sandbox sandbox, String user) {
        var project = new Project();
        project.setMetadata(
                new ObjectMetaBuilder().withName(Project.personalName(user)).build());
        project.setSpec(ProjectSpec.of(user, user, true));
        Sandbox.apply(sandbox.admin(), project);
        sandbox.admin()
                .resource(project)
                .waitUntilCondition(
                        p -> p != null
                                && p.getStatus() != null
                                && p.getStatus().phase() == ProjectPhase.Active
                                && Integer.valueOf(1).equals(p.getStatus().members()),
                        30,
                        TimeUnit.SECONDS);
    }

    @Test
    void theGuideIsTrue() {
        guide.follow("Applying for a project");
        assertThat(guide.refusal("olivia", approve("olivia")))
                .contains("for those to say who may approve applications");

        guide.follow("Deciding");
        assertThat(guide.refusal(
                        "bob", apply("bob", "spec: {project: genome, reason: x, endDate: '2099-01-01T00:00:00Z'}")))
                .contains("the name genome is taken: choose another");
        assertThat(guide.refusal("bob", "kubectl get project genome")).contains("forbidden");
        assertThat(guide.run("olivia", "kubectl -n genome get quota.nephele.io quota -o jsonpath='{.spec.limits}'"))
                .contains("\"vcpus\":\"20\"")
                .contains("\"members\":\"3\"")
                .as("what the site gives")
                .contains("\"volumes\":\"60\"");

        guide.follow("Joining");
        assertThat(guide.refusal("carol", step("carol", "\"role\":\"Owner\"")))
                .contains("the role and the limits of a member are for an owner of the project to say");
        assertThat(guide.refusal("carol", "kubectl -n genome delete instance tree"))
                .contains("forbidden");
        assertThat(guide.refusal("bob", "kubectl -n genome patch projectmembership carol --type merge -p '{}'"))
                .contains("forbidden");

        assertThat(guide.follow("Members"))
                .contains("nephele:olivia Invite  -> Invited")
                .contains("nephele:carol AcceptInvitation Invited -> Accepted")
                .contains("nephele:olivia ChangeRole Viewer -> Member");
        assertThat(guide.refusal(
                        "bob", "kubectl -n genome annotate instance tree --overwrite nephele.io/charged-to=carol"))
                .contains("only an owner of the project charges an object to somebody else");

        String left = guide.follow("Leaving");
        assertThat(left).contains("\"instances\":\"1\"");
        assertThat(guide.run("olivia", "kubectl -n genome get instance tree -o jsonpath='{.status.state}'"))
                .isEqualTo("Running");
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(guide.run(
                                "olivia",
                                "kubectl -n genome get quota.nephele.io quota -o jsonpath='{.status.members}'"))
                        .contains("olivia")
                        .doesNotContain("bob"));

        guide.follow("More, and longer");
        assertThat(guide.run("olivia", "kubectl get project genome -o jsonpath='{.spec.limits}'"))
                .contains("\"instances\":\"10\"")
                .contains("\"vcpus\":\"40\"");
        assertThat(guide.run("olivia", "kubectl get project genome -o jsonpath='{.history[-1]}'"))
                .contains("nephele:adam");

        guide.follow("Suspension and end");
        assertThat(guide.administrator("kubectl -n genome get instances,volumes.nephele.io,keypairs -o name"))
                .isEmpty();
        assertThat(guide.administrator("kubectl get project genome -o jsonpath='{.history[*].action}'"))
                .isEqualTo(
                        "Create ChangeLimits Suspend Resume ChangeEndDate ChangeEndDate Terminate Reinstate Terminate");
    }

    @Test
    void aProjectThatIsClosedAnswersAsOneThatIsNotThere(Sandbox sandbox) {
        for (String spec : List.of("joinPolicy: Closed", "closedToStrangers: true, joinPolicy: Auto")) {
            guide.administrator("kubectl apply -f - <<END\n" + project("hidden", spec) + "END\n");
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(guide.refusal("bob", ask("hidden", "hidden")))
                            .isEqualTo(guide.refusal("bob", ask("hidden", "nowhere"))
                                    .replace("nowhere", "hidden")));
        }
        guide.administrator("kubectl delete project hidden --timeout=60s");
    }

    @Test
    void whoJoinsAnOpenProjectIsInAtOnceUntilItIsFull() {
        guide.administrator("kubectl apply -f - <<END\n" + project("open", "joinPolicy: Auto, maxMembers: 1") + "END\n"
                + "kubectl wait project/open --for=condition=Ready --timeout=30s");
        guide.run(
                "bob",
                ask("open", "open")
                        + "kubectl -n personal-bob wait membershiprequest/open --for=condition=Ready --timeout=30s");
        guide.run(
                "carol",
                ask("open", "open").replace("bob", "carol")
                        + "kubectl -n personal-carol wait membershiprequest/open --for=jsonpath='{.status.state}'=Requested --timeout=30s");
        assertThat(
                        guide.administrator(
                                "kubectl -n open patch projectmembership carol --type merge -p '{\"spec\":{\"state\":\"Accepted\"}}' 2>&1 || true"))
                .contains("the project is full");
        guide.run("carol", "kubectl -n personal-carol delete membershiprequest open");
        guide.administrator(
                "kubectl -n open wait projectmembership/carol --for=jsonpath='{.status.state}'=Removed --timeout=30s");
        assertThat(guide.administrator("kubectl -n open get projectmembership carol -o jsonpath='{.history[-1]}'"))
                .contains("\"action\":\"Withdraw\"")
                .contains("\"by\":\"nephele:carol\"");
        guide.administrator("kubectl delete project open --timeout=60s");
    }

    @Test
    void whoIsRemovedMayNothingAMomentLater() {
        guide.administrator("kubectl apply -f - <<END\n" + project("brief", "joinPolicy: Auto") + "END\n"
                + "kubectl wait project/brief --for=condition=Ready --timeout=30s");
        guide.run(
                "bob",
                ask("brief", "brief")
                        + "kubectl -n personal-bob wait membershiprequest/brief --for=condition=Ready --timeout=30s\n"
                        + "kubectl -n brief get instances");
        guide.administrator(
                "kubectl -n brief patch projectmembership bob --type merge -p '{\"spec\":{\"state\":\"Removed\"}}'");
        Instant removed = Instant.now();
        await().atMost(Duration.ofSeconds(2))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(guide.refusal("bob", "kubectl -n brief get instances"))
                        .contains("forbidden"));
        assertThat(Duration.between(removed, Instant.now())).isLessThan(Duration.ofSeconds(3));
        guide.administrator("kubectl delete project brief --timeout=60s");
    }

    private static String project(String name, String spec) {
        return """
                apiVersion: nephele.io/v1alpha1
                kind: Project
                metadata: {name: %s}
                spec: {%s}
                """.formatted(name, spec);
    }

    private static String ask(String name, String project) {
        return """
                kubectl -n personal-bob create -f - <<END
                apiVersion: nephele.io/v1alpha1
                kind: MembershipRequest
                metadata: {name: %s}
                spec: {project: %s}
                END
                """.formatted(name, project);
    }

    private static String apply(String user, String spec) {
        return """
                kubectl -n personal-%s create -f - <<END
                apiVersion: nephele.io/v1alpha1
                kind: ProjectApplication
                metadata: {name: another}
                %s
                END
                """.formatted(user, spec);
    }

    private static String approve(String user) {
        return "kubectl -n personal-" + user
                + " patch projectapplication genome --type merge -p '{\"spec\":{\"decision\":\"Approved\"}}'";
    }

    private static String step(String user, String fields) {
        return "kubectl -n genome patch projectmembership " + user + " --type merge -p '{\"spec\":{" + fields + "}}'";
    }
}
