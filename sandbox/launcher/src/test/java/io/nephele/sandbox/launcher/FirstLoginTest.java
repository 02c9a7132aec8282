package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.nephele.crds.project.Project;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Everybody has a project of his own. */
@ExtendWith(SandboxExtension.WithKeycloak.class)
class FirstLoginTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void whoeverLogsInForTheFirstTimeGetsAProjectOfHisOwn(Sandbox sandbox) throws Exception {
        assertThat(personal(sandbox, "bob").get()).isNull();
        // He types his name in capitals, and is bob.
        Login.to(sandbox).password("BOB", "bob");
        await().atMost(SOON).until(() -> namespaceIsThere(sandbox, "bob"));
        var project = personal(sandbox, "bob").get();
        assertThat(project.getMetadata().getName()).isEqualTo("personal-bob");
        assertThat(project.getSpec().owner()).isEqualTo("bob");
        assertThat(project.getSpec().isPersonal()).isTrue();

        Login.to(sandbox).through("social", "dave", "dave");
        await().atMost(SOON).until(() -> namespaceIsThere(sandbox, "social.dave"));
        assertThat(metrics(sandbox)).contains("nephele_personal_projects_made_total");
    }

    @Test
    void aProjectThatIsThereIsNotTouchedAndWhoLoggedInWhileTheOperatorWasDownGetsHisToo(Sandbox sandbox)
            throws Exception {
        Login.to(sandbox).password("olivia", "olivia");
        await().atMost(SOON).until(() -> namespaceIsThere(sandbox, "olivia"));
        personal(sandbox, "olivia")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"displayName\":\"Mine\"}}");

        sandbox.operator().pause();
        Login.to(sandbox).password("olivia", "olivia");
        Login.to(sandbox).through("university", "carol", "carol");
        sandbox.operator().resume();
        await().atMost(Duration.ofSeconds(90)).until(() -> namespaceIsThere(sandbox, "university.carol"));
        assertThat(personal(sandbox, "olivia").get().getSpec().displayName()).isEqualTo("Mine");
    }

    private static Resource<Project> personal(Sandbox sandbox, String user) {
        return sandbox.admin().resources(Project.class).withName(Project.personalName(user));
    }

    private static boolean namespaceIsThere(Sandbox sandbox, String user) {
        Project project = personal(sandbox, user).get();
        return project != null
                && project.getStatus() != null
                && project.getStatus().namespace() != null;
    }

    private static String metrics(Sandbox sandbox) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create(sandbox.operator().managementUrl() + "/q/metrics"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        }
    }
}
