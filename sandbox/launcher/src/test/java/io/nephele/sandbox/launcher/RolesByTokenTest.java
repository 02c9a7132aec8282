package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.project.MemberRole;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.project.ProjectSpec;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@link RolesTest}'s table once more, asked by people who have really logged in, each for himself. */
@ExtendWith(SandboxExtension.WithKeycloak.class)
class RolesByTokenTest {

    private static final String PROJECT = "tokens";

    /** Who has which column of the table. Each has his name as his password. */
    private static final Map<String, String> COLUMNS = Map.of(
            "mallory", "stranger", "bob", "viewer", "alice", "member", "olivia", "owner", "root", "administrator");

    private static final List<String> VERBS =
            List.of("get", "list", "watch", "create", "update", "patch", "delete", "approve", "manage");

    @BeforeAll
    static void everyRoleHasSomebody(Sandbox sandbox) {
        RolesTest.project(sandbox.admin(), PROJECT, ProjectSpec.of(null, "olivia", false));
        var examples = new Examples(sandbox.admin());
        examples.member(PROJECT, "bob", MemberRole.Viewer);
        examples.member(PROJECT, "alice", MemberRole.Member);
    }

    @Test
    void whoHasLoggedInMayWhatTheTableSaysAndNothingElse(Sandbox sandbox) throws Exception {
        List<String> lines =
                Files.readAllLines(Settings.sourceTree().resolve("sandbox/launcher/src/test/resources/roles.txt"));
        List<String> columns = Arrays.asList(lines.get(1).strip().split("\\s+"));
        for (var entry : COLUMNS.entrySet()) {
            int column = columns.indexOf(entry.getValue()) + 1;
            try (KubernetesClient client = client(sandbox, entry.getKey())) {
                for (String line : lines.subList(2, lines.size())) {
                    String[] cells = line.split("\\s+");
                    assertThat(letters(client, cells[0], line))
                            .as(entry.getKey() + ": " + cells[0])
                            .isEqualTo(cells[column]);
                }
            }
        }
    }

    private static KubernetesClient client(Sandbox sandbox, String user) throws Exception {
        return sandbox.controlPlane().client(Login.to(sandbox).password(user, user));
    }

    /** The verbs are those that somebody may; of what nobody may the other test knows. */
    private static String letters(KubernetesClient client, String name, String line) {
        int slash = name.indexOf('/');
        String group = slash < 0 ? "" : name.substring(0, slash);
        String resource = name.substring(slash + 1);
        var letters = new StringBuilder();
        for (String verb : VERBS) {
            String letter = letter(verb);
            if (line.substring(name.length()).contains(letter) && may(client, group, resource, verb)) {
                letters.append(letter);
            }
        }
        return letters.isEmpty() ? "-" : letters.toString();
    }

    private static String letter(String verb) {
        return switch (verb) {
            case "approve" -> "A";
            case "manage" -> "M";
            default -> verb.substring(0, 1);
        };
    }

    private static boolean may(KubernetesClient client, String group, String resource, String verb) {
        boolean namespaced =
                !List.of("namespaces", "projects", "instancetypes").contains(resource) && !group.endsWith(".k8s.io");
        var review = new SelfSubjectAccessReviewBuilder()
                .withNewSpec()
                .withNewResourceAttributes()
                .withGroup(group)
                .withResource(resource)
                .withVerb(verb)
                .withNamespace(namespaced ? PROJECT : null)
                .endResourceAttributes()
                .endSpec()
                .build();
        return Boolean.TRUE.equals(client.authorization()
                .v1()
                .selfSubjectAccessReview()
                .create(review)
                .getStatus()
                .getAllowed());
    }

    @Test
    void theTokenOfAMemberWhoWasRemovedStopsWorkingWithinSeconds(Sandbox sandbox) throws Exception {
        try (KubernetesClient alice = client(sandbox, "alice")) {
            var instances = alice.resources(Instance.class).inNamespace(PROJECT);
            assertThat(instances.list().getItems()).isEmpty();
            sandbox.admin()
                    .resources(ProjectMembership.class)
                    .inNamespace(PROJECT)
                    .withName("alice")
                    .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"state\":\"Removed\"}}");
            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(
                            () -> assertThatThrownBy(instances::list).hasMessageContaining("cannot list resource"));
        } finally {
            new Examples(sandbox.admin()).member(PROJECT, "alice", MemberRole.Member);
        }
    }
}
