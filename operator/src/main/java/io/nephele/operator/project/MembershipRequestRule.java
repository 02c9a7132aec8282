package io.nephele.operator.project;

import io.nephele.crds.Nephele;
import io.nephele.crds.project.MembershipRequest;
import io.nephele.crds.project.Project;
import io.nephele.operator.admission.Asked;
import io.nephele.operator.admission.Fill;
import io.nephele.operator.admission.Operation;
import io.nephele.operator.admission.Rule;
import io.nephele.operator.admission.Verdict;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;

/** A request to join is the asker's own, and from his own project. */
@Singleton
class MembershipRequestRule implements Rule {

    private final Directory directory;

    MembershipRequestRule(Directory directory) {
        this.directory = directory;
    }

    @Override
    public Set<String> resources() {
        return Set.of("membershiprequests");
    }

    @Override
    public List<Fill> complete(Asked asked) {
        String person = Nephele.person(asked.user());
        return asked.operation() == Operation.CREATE && person != null
                ? List.of(new Fill(List.of("spec", "user"), person))
                : List.of();
    }

    @Override
    public Verdict judge(Asked asked) {
        if (asked.operation() != Operation.CREATE) {
            return Verdict.ALLOWED;
        }
        String person = Nephele.person(asked.user());
        if (person == null || !Project.personalName(person).equals(asked.namespace())) {
            return Verdict.forbidden(
                    person == null
                            ? "only a user of the cloud can ask to join a project: make the ProjectMembership instead"
                            : "a MembershipRequest is made in your personal project, " + Project.personalName(person));
        }
        String project = asked.object(MembershipRequest.class).getSpec().project();
        return RequestDecision.judge(project, directory.project(project), directory.membership(project, person));
    }
}
