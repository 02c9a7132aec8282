package io.nephele.operator.project;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.fabric8.kubernetes.api.model.rbac.SubjectBuilder;
import io.nephele.crds.Nephele;
import io.nephele.crds.project.MemberRole;
import io.nephele.crds.project.MembershipState;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.project.ProjectMembershipSpec;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What RBAC is told of a project: it follows from the memberships, and from nothing else. */
record Rights(String systemNamespace) {

    /** One object: to list and to watch it by its name is what {@code kubectl wait} does. */
    private static final List<String> SEE = List.of("get", "list", "watch");

    private static final String API = "rbac.authorization.k8s.io";

    /** The bindings in a project's namespace, for operator, facade and members. */
    List<RoleBinding> bindings(Project project, List<ProjectMembership> memberships) {
        String name = project.getMetadata().getName();
        boolean personal = project.getSpec().isPersonal();
        return List.of(
                binding(
                        name,
                        "nephele-operator",
                        "nephele-operator-project",
                        List.of(serviceAccount("nephele-operator"))),
                binding(
                        name,
                        "nephele-api-server",
                        "nephele-api-server-project",
                        List.of(serviceAccount("nephele-api-server"))),
                binding(
                        name,
                        "nephele-owners",
                        personal ? "nephele-personal" : "nephele-owner",
                        users(memberships, m -> m.roleOrDefault() == MemberRole.Owner)),
                binding(
                        name,
                        "nephele-members",
                        "nephele-member",
                        users(memberships, m -> m.roleOrDefault() == MemberRole.Member)),
                binding(
                        name,
                        "nephele-viewers",
                        "nephele-viewer",
                        users(memberships, m -> m.roleOrDefault() == MemberRole.Viewer)));
    }

    /** Members may see their Project, which is in no namespace. */
    ClusterRole ofProject(Project project) {
        String name = project.getMetadata().getName();
        return new ClusterRoleBuilder()
                .withNewMetadata()
                .withName(clusterName(name))
                .withLabels(Map.of(Nephele.LABEL_PROJECT, name))
                .withOwnerReferences(owner(project))
                .endMetadata()
                .withRules(rule("projects", name, SEE))
                .build();
    }

    /** Who they are. */
    ClusterRoleBinding bindingOfProject(Project project, List<ProjectMembership> memberships) {
        String name = project.getMetadata().getName();
        return new ClusterRoleBindingBuilder()
                .withNewMetadata()
                .withName(clusterName(name))
                .withLabels(Map.of(Nephele.LABEL_PROJECT, name))
                .withOwnerReferences(owner(project))
                .endMetadata()
                .withNewRoleRef(API, "ClusterRole", clusterName(name))
                .withSubjects(users(memberships, _ -> true))
                .build();
    }

    /** The name of the ClusterRole of a project. */
    static String clusterName(String project) {
        return "nephele:project:" + project;
    }

    /** What a user may with his own membership: see it, and take the steps that are his. Nothing where he has none. */
    static List<String> ofSelf(MembershipState state) {
        return switch (state) {
            case Invited, Accepted, LeaveRequested -> List.of("get", "list", "watch", "patch");
            case Suspended -> SEE;
            case Requested, Rejected, Removed -> List.of();
        };
    }

    /** The role of a user towards his own membership. */
    static Role self(ProjectMembership membership) {
        return new RoleBuilder()
                .withNewMetadata()
                .withName(selfName(membership))
                .withNamespace(membership.getMetadata().getNamespace())
                .withLabels(selfLabels(membership))
                .withOwnerReferences(owner(membership))
                .endMetadata()
                .withRules(rule(
                        "projectmemberships",
                        membership.getMetadata().getName(),
                        ofSelf(membership.getSpec().state())))
                .build();
    }

    /** That he has it. */
    static RoleBinding selfBinding(ProjectMembership membership) {
        return new RoleBindingBuilder()
                .withNewMetadata()
                .withName(selfName(membership))
                .withNamespace(membership.getMetadata().getNamespace())
                .withLabels(selfLabels(membership))
                .withOwnerReferences(owner(membership))
                .endMetadata()
                .withNewRoleRef(API, "Role", selfName(membership))
                .withSubjects(user(membership.getSpec().user()))
                .build();
    }

    /** The name of both. */
    static String selfName(ProjectMembership membership) {
        return "nephele-self-" + membership.getMetadata().getName();
    }

    private static Map<String, String> selfLabels(ProjectMembership membership) {
        return Map.of(Nephele.LABEL_MEMBERSHIP, membership.getMetadata().getName());
    }

    /** Whether two bindings say the same. */
    static boolean same(RoleBinding one, RoleBinding other) {
        return one.getRoleRef().equals(other.getRoleRef()) && one.getSubjects().equals(other.getSubjects());
    }

    private static PolicyRule rule(String resource, String name, List<String> verbs) {
        return new PolicyRuleBuilder()
                .withApiGroups(Nephele.GROUP)
                .withResources(resource)
                .withResourceNames(name)
                .withVerbs(verbs)
                .build();
    }

    private static List<Subject> users(List<ProjectMembership> memberships, Predicate<ProjectMembershipSpec> which) {
        return memberships.stream()
                .map(ProjectMembership::getSpec)
                .filter(membership -> membership.state().counts() && which.test(membership))
                .map(ProjectMembershipSpec::user)
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .map(Rights::user)
                .toList();
    }

    private static Subject user(String name) {
        return new SubjectBuilder()
                .withApiGroup(API)
                .withKind("User")
                .withName(Nephele.IDENTITY_PREFIX + name)
                .build();
    }

    private Subject serviceAccount(String name) {
        return new SubjectBuilder()
                .withKind("ServiceAccount")
                .withName(name)
                .withNamespace(systemNamespace)
                .build();
    }

    private static RoleBinding binding(String namespace, String name, String role, List<Subject> subjects) {
        return new RoleBindingBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .withLabels(Map.of(Nephele.LABEL_PROJECT, namespace))
                .endMetadata()
                .withNewRoleRef(API, "ClusterRole", role)
                .withSubjects(subjects)
                .build();
    }

    private static OwnerReference owner(HasMetadata of) {
        return new OwnerReferenceBuilder()
                .withApiVersion(of.getApiVersion())
                .withKind(of.getKind())
                .withName(of.getMetadata().getName())
                .withUid(of.getMetadata().getUid())
                .withController(true)
                .build();
    }
}
