package io.nephele.operator.project;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.crds.Nephele;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectApplication;
import io.nephele.crds.project.ProjectApplicationSpec;
import io.nephele.operator.admission.Asked;
import io.nephele.operator.admission.Fill;
import io.nephele.operator.admission.Operation;
import io.nephele.operator.admission.Rule;
import io.nephele.operator.admission.Verdict;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An application is the applicant's own, for a name that he can have, and decided once by who may. */
@Singleton
class ApplicationRule implements Rule {

    private static final String RESOURCE = "projectapplications";

    private final Directory directory;
    private final Authority authority;
    private final Histories histories;
    private final Limits limits;
    private final KubernetesClient client;
    private final Clock clock;

    ApplicationRule(
            Directory directory,
            Authority authority,
            Histories histories,
            Limits limits,
            KubernetesClient client,
            Clock clock) {
        this.directory = directory;
        this.authority = authority;
        this.histories = histories;
        this.limits = limits;
        this.client = client;
        this.clock = clock;
    }

    @Override
    public Set<String> resources() {
        return Set.of(RESOURCE);
    }

    @Override
    public List<Fill> complete(Asked asked) {
        if (asked.operation() == Operation.DELETE) {
            return List.of();
        }
        var fills = new ArrayList<Fill>();
        String person = Nephele.person(asked.user());
        if (asked.operation() == Operation.CREATE && person != null) {
            fills.add(new Fill(List.of("spec", "applicant"), person));
        }
        ProjectApplication after = asked.object(ProjectApplication.class);
        ProjectApplication before = asked.old() == null ? null : asked.old(ProjectApplication.class);
        if (after.getSpec() != null) {
            fills.addAll(histories.complete(
                    asked,
                    before == null ? List.of() : before.getHistory(),
                    (at, by) -> ApplicationDecision.entry(
                            before == null ? null : before.getSpec(), after.getSpec(), at, by)));
        }
        return fills;
    }

    @Override
    public Verdict judge(Asked asked) {
        return switch (asked.operation()) {
            case CREATE -> create(asked, asked.object(ProjectApplication.class).getSpec());
            case UPDATE -> update(asked, asked.old(ProjectApplication.class), asked.object(ProjectApplication.class));
            case DELETE -> Verdict.ALLOWED;
        };
    }

    private Verdict create(Asked asked, ProjectApplicationSpec spec) {
        String person = Nephele.person(asked.user());
        if (person == null || !Project.personalName(person).equals(asked.namespace())) {
            return Verdict.forbidden(
                    person == null
                            ? "only a user of the cloud can apply for a project: make the Project instead"
                            : "a ProjectApplication is made in your personal project, " + Project.personalName(person));
        }
        String fault = limits.fault("spec.limits", spec.limits());
        fault = fault == null ? limits.memberFault("spec.memberLimits", spec.memberLimits(), spec.limits()) : fault;
        if (fault != null) {
            return Verdict.invalid(fault);
        }
        Project project = directory.project(spec.project());
        return ApplicationDecision.judge(spec, project, isTaken(spec.project(), project), clock.instant());
    }

    private Verdict update(Asked asked, ProjectApplication before, ProjectApplication after) {
        if (before.getSpec().equals(after.getSpec())) {
            return Verdict.ALLOWED;
        }
        String name = after.getSpec().project();
        Project project = directory.project(name);
        String person = Nephele.person(asked.user());
        boolean operator = histories.isOperator(asked);
        return new ApplicationDecision.Deciding(
                        before.getSpec(),
                        after.getSpec(),
                        ApplicationDecision.isReplaced(before, directory.applications(name)),
                        project,
                        isTaken(name, project),
                        person != null && person.equals(before.getSpec().applicant()),
                        !operator
                                && authority.may(
                                        asked.user(), asked.groups(), Authority.APPROVE, RESOURCE, asked.namespace()),
                        operator,
                        clock.instant())
                .judge();
    }

    /** Namespaces that no Project has are few, and are looked for only when somebody applies. */
    private boolean isTaken(String name, @Nullable Project project) {
        return project == null && client.namespaces().withName(name).get() != null;
    }
}
