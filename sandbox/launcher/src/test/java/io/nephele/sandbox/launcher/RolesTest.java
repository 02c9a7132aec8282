package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.GroupVersionForDiscovery;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.nephele.crds.keypair.KeyPair;
import io.nephele.crds.keypair.KeyPairSpec;
import io.nephele.crds.project.MemberRole;
import io.nephele.crds.project.MembershipState;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.project.ProjectMembershipSpec;
import io.nephele.crds.project.ProjectPhase;
import io.nephele.crds.project.ProjectSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who may do what, asked of the API server for every kind that it has, foreign ones and parts of objects too. What comes out is a table that people can read: {@code roles.txt}. */
@ExtendWith(SandboxExtension.class)
class RolesTest {

    private static final Path TABLE = Settings.sourceTree().resolve("sandbox/launcher/src/test/resources/roles.txt");

    private static final String PROJECT = "roles";

    /** With the letter that stands for each. */
    private static final Map<String, String> VERBS = new TreeMap<>(Map.of(
            "get", "g",
            "list", "l",
            "watch", "w",
            "create", "c",
            "update", "u",
            "patch", "p",
            "delete", "d",
            "deletecollection", "D",
            "approve", "A",
            "manage", "M"));

    private static final List<String> OF_OURS = List.of("approve", "manage");

    /** Who is asked about, each with the namespace that it is about. */
    private enum Who {
        STRANGER("stan", PROJECT),
        INVITED("ivy", PROJECT),
        SUSPENDED("sam", PROJECT),
        VIEWER("vera", PROJECT),
        MEMBER("max", PROJECT),
        OWNER("otto", PROJECT),
        PERSONAL("pat", "personal-pat"),
        ADMINISTRATOR("adam", PROJECT);

        private final String user;
        private final String namespace;

        Who(String user, String namespace) {
            this.user = user;
            this.namespace = namespace;
        }

        private List<String> groups() {
            return this == ADMINISTRATOR
                    ? List.of("nephele:users", "nephele:administrators", "system:authenticated")
                    : List.of("nephele:users", "system:authenticated");
        }
    }

    /** A kind, or a part of one. */
    private record Kind(String group, String resource, String subresource, boolean namespaced, List<String> verbs) {

        private String name() {
            return (group.isEmpty() ? "" : group + "/") + resource + (subresource.isEmpty() ? "" : "/" + subresource);
        }
    }

    @BeforeAll
    static void everyRoleHasSomebody(Sandbox sandbox) {
        KubernetesClient admin = sandbox.admin();
        var examples = new Examples(admin);
        project(admin, PROJECT, ProjectSpec.of(null, "otto", false));
        project(admin, "personal-pat", ProjectSpec.of(null, "pat", true));
        examples.member(PROJECT, "vera", MemberRole.Viewer, MembershipState.Accepted);
        examples.member(PROJECT, "max", MemberRole.Member, MembershipState.Accepted);
        examples.member(PROJECT, "ivy", MemberRole.Member, MembershipState.Invited);
        examples.member(PROJECT, "sam", MemberRole.Member, MembershipState.Accepted);
        examples.member(PROJECT, "sam", MemberRole.Member, MembershipState.Suspended);
    }

    /** Makes a project, and waits until its owner is in it. */
    static void project(KubernetesClient admin, String name, ProjectSpec spec) {
        var project = new Project();
        project.setMetadata(new ObjectMetaBuilder().withName(name).build());
        project.setSpec(spec);
        Sandbox.apply(admin, project);
        admin.resource(project)
                .waitUntilCondition(
                        p -> p != null
                                && p.getStatus() != null
                                && p.getStatus().phase() == ProjectPhase.Active
                                && Integer.valueOf(1).equals(p.getStatus().members()),
                        30,
                        TimeUnit.SECONDS);
    }

    /** After a wanted change: {@code -Dgolden.write=true} writes it anew. */
    @Test
    void eachRoleMayWhatTheTableSaysAndNothingElse(Sandbox sandbox) throws Exception {
        List<Kind> kinds = kinds(sandbox.admin());
        assertThat(kinds).hasSizeGreaterThan(100);
        assertThat(kinds)
                .extracting(Kind::name)
                .contains("nephele.io/instances/status", "kubevirt.io/virtualmachines", "secrets", "pods/exec");
        String table = table(sandbox.admin(), kinds);
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(TABLE, table);
        }
        assertThat(table).isEqualTo(Files.readString(TABLE));
    }

    private static List<Kind> kinds(KubernetesClient admin) {
        var groups = new ArrayList<>(List.of("v1"));
        admin.getApiGroups().getGroups().stream()
                .flatMap(group -> group.getVersions().stream())
                .map(GroupVersionForDiscovery::getGroupVersion)
                .forEach(groups::add);
        var kinds = new TreeMap<String, Kind>();
        for (String version : groups) {
            String group = version.contains("/") ? version.substring(0, version.indexOf('/')) : "";
            for (APIResource resource : admin.getApiResources(version).getResources()) {
                String[] parts = resource.getName().split("/", 2);
                var verbs = new ArrayList<>(resource.getVerbs());
                if (group.equals("nephele.io") && parts.length == 1) {
                    verbs.addAll(OF_OURS);
                }
                var kind = new Kind(group, parts[0], parts.length > 1 ? parts[1] : "", resource.getNamespaced(), verbs);
                kinds.putIfAbsent(kind.name(), kind);
            }
        }
        return List.copyOf(kinds.values());
    }

    private static String table(KubernetesClient admin, List<Kind> kinds) throws Exception {
        var lines = new ArrayList<String>();
        lines.add(
                "# g get, l list, w watch, c create, u update, p patch, d delete, D deletecollection, A approve, M manage."
                        + " Of a kind that is not here nobody may do anything.");
        lines.add(line(
                "",
                List.of(Who.values()).stream()
                        .map(who -> who.name().toLowerCase(java.util.Locale.ROOT))
                        .toList()));
        try (ExecutorService executor = Executors.newFixedThreadPool(16)) {
            var rows = new ArrayList<List<Future<String>>>();
            for (Kind kind : kinds) {
                var row = new ArrayList<Future<String>>();
                for (Who who : Who.values()) {
                    Callable<String> ask = () -> letters(admin, who, kind);
                    row.add(executor.submit(ask));
                }
                rows.add(row);
            }
            for (int i = 0; i < kinds.size(); i++) {
                var cells = new ArrayList<String>();
                for (Future<String> cell : rows.get(i)) {
                    cells.add(cell.get());
                }
                if (cells.stream().anyMatch(cell -> !cell.equals("-"))) {
                    lines.add(line(kinds.get(i).name(), cells));
                }
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private static String line(String name, List<String> cells) {
        var line = new StringBuilder("%-50s".formatted(name));
        cells.forEach(cell -> line.append(" %-13s".formatted(cell)));
        return line.toString().stripTrailing();
    }

    private static String letters(KubernetesClient admin, Who who, Kind kind) {
        var letters = new StringBuilder();
        for (String verb : List.of(
                "get",
                "list",
                "watch",
                "create",
                "update",
                "patch",
                "delete",
                "deletecollection",
                "approve",
                "manage")) {
            if (kind.verbs().contains(verb) && may(admin, who, kind, verb)) {
                letters.append(VERBS.get(verb));
            }
        }
        return letters.isEmpty() ? "-" : letters.toString();
    }

    private static boolean may(KubernetesClient admin, Who who, Kind kind, String verb) {
        var review = new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser("nephele:" + who.user)
                .withGroups(who.groups())
                .withNewResourceAttributes()
                .withGroup(kind.group())
                .withResource(kind.resource())
                .withSubresource(kind.subresource())
                .withVerb(verb)
                .withNamespace(kind.namespaced() ? who.namespace : null)
                .endResourceAttributes()
                .endSpec()
                .build();
        return Boolean.TRUE.equals(admin.authorization()
                .v1()
                .subjectAccessReview()
                .create(review)
                .getStatus()
                .getAllowed());
    }

    @Test
    void whatIsAnsweredIsWhatHappens(Sandbox sandbox) {
        try (KubernetesClient viewer = as(sandbox, Who.VIEWER);
                KubernetesClient member = as(sandbox, Who.MEMBER);
                KubernetesClient invited = as(sandbox, Who.INVITED);
                KubernetesClient suspended = as(sandbox, Who.SUSPENDED)) {
            assertThat(member.resource(key()).dryRun(true).create()).isNotNull();
            assertThat(viewer.resources(KeyPair.class).inNamespace(PROJECT).list())
                    .isNotNull();
            assertThatThrownBy(() -> viewer.resource(key()).dryRun(true).create())
                    .hasMessageContaining("cannot create resource \"keypairs\"");
            assertThatThrownBy(() -> member.secrets().inNamespace(PROJECT).list())
                    .hasMessageContaining("cannot list resource \"secrets\"");
            assertThat(memberships(invited).withName("ivy").get()).isNotNull();
            assertThatThrownBy(() -> memberships(invited).withName("max").get()).hasMessageContaining("forbidden");
            assertThat(memberships(suspended).withName("sam").get().getSpec().state())
                    .isEqualTo(MembershipState.Suspended);
            assertThatThrownBy(() -> memberships(suspended).withName("sam").edit(m -> {
                        m.setSpec(new ProjectMembershipSpec("sam", null, MembershipState.Accepted, null, null));
                        return m;
                    }))
                    .hasMessageContaining("forbidden");
            for (KubernetesClient each : List.of(viewer, member)) {
                assertThat(each.resources(Project.class).withName(PROJECT).get())
                        .isNotNull();
                assertThatThrownBy(() -> each.resources(Project.class)
                                .withName(Examples.CATALOGUE)
                                .get())
                        .hasMessageContaining("cannot get resource \"projects\"");
                assertThatThrownBy(() -> each.resources(Project.class).list())
                        .hasMessageContaining("cannot list resource \"projects\"");
            }
        }
    }

    private static io.fabric8.kubernetes.client.dsl.NonNamespaceOperation<
                    ProjectMembership,
                    io.fabric8.kubernetes.api.model.KubernetesResourceList<ProjectMembership>,
                    io.fabric8.kubernetes.client.dsl.Resource<ProjectMembership>>
            memberships(KubernetesClient client) {
        return client.resources(ProjectMembership.class).inNamespace(PROJECT);
    }

    private static KeyPair key() {
        var key = new KeyPair();
        key.setMetadata(
                new ObjectMetaBuilder().withName("roles").withNamespace(PROJECT).build());
        key.setSpec(new KeyPairSpec("ssh-ed25519 AAAA roles", null, null, null, null));
        return key;
    }

    private static KubernetesClient as(Sandbox sandbox, Who who) {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(sandbox.admin().getConfiguration())
                        .withImpersonateUsername("nephele:" + who.user)
                        .withImpersonateGroups(who.groups().toArray(String[]::new))
                        .build())
                .build();
    }
}
