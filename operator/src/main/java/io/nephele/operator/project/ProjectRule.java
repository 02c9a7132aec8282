package io.nephele.operator.project;

import io.nephele.crds.project.HistoryEntry;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectSpec;
import io.nephele.crds.project.ProjectState;
import io.nephele.operator.Settings;
import io.nephele.operator.admission.Asked;
import io.nephele.operator.admission.Fill;
import io.nephele.operator.admission.Operation;
import io.nephele.operator.admission.Rule;
import io.nephele.operator.admission.Verdict;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A Project begins with the limits of the site, has limits that can be, and its history says who changed what. Who may write it at all, RBAC says. */
@Singleton
class ProjectRule implements Rule {

    private final Settings settings;
    private final Histories histories;
    private final Limits limits;

    ProjectRule(Settings settings, Histories histories, Limits limits) {
        this.settings = settings;
        this.histories = histories;
        this.limits = limits;
    }

    @Override
    public Set<String> resources() {
        return Set.of("projects");
    }

    @Override
    public List<Fill> complete(Asked asked) {
        if (asked.operation() == Operation.DELETE) {
            return List.of();
        }
        Project after = asked.object(Project.class);
        if (after.getSpec() == null) {
            return List.of();
        }
        Project before = asked.old() == null ? null : asked.old(Project.class);
        var fills = new ArrayList<Fill>();
        if (before == null) {
            // From now on they are this project's own: what a site gives to later ones does not change it.
            ProjectSpec spec = after.getSpec();
            var quota = settings.quota();
            Map<String, String> whole =
                    Limits.completed(spec.limits(), Limits.of(spec.isPersonal() ? quota.personal() : quota.project()));
            Map<String, String> member =
                    Limits.completedForMembers(spec.memberLimits(), Limits.of(quota.member()), whole);
            fill(fills, "limits", whole);
            fill(fills, "memberLimits", member);
        }
        fills.addAll(histories.complete(
                asked,
                before == null ? List.of() : before.getHistory(),
                (at, by) -> entry(before == null ? null : before.getSpec(), after.getSpec(), at, by)));
        return fills;
    }

    private static void fill(List<Fill> fills, String field, Map<String, String> limits) {
        if (!limits.isEmpty()) {
            fills.add(new Fill(List.of("spec", field), limits));
        }
    }

    static @Nullable HistoryEntry entry(@Nullable ProjectSpec before, ProjectSpec after, String at, String by) {
        ProjectState to = after.stateOrDefault();
        if (before == null) {
            return new HistoryEntry(at, by, "Create", null, to.name(), after.reason());
        }
        ProjectState from = before.stateOrDefault();
        if (from != to) {
            String action = switch (to) {
                case Active -> from == ProjectState.Terminated ? "Reinstate" : "Resume";
                case Suspended -> from == ProjectState.Terminated ? "Reinstate" : "Suspend";
                case Terminated -> "Terminate";
            };
            return new HistoryEntry(at, by, action, from.name(), to.name(), after.reason());
        }
        if (!Objects.equals(before.owner(), after.owner())) {
            return new HistoryEntry(at, by, "ChangeOwner", before.owner(), after.owner(), after.reason());
        }
        if (!Objects.equals(before.endDate(), after.endDate())) {
            return new HistoryEntry(at, by, "ChangeEndDate", before.endDate(), after.endDate(), after.reason());
        }
        boolean limits = !Objects.equals(before.limits(), after.limits())
                || !Objects.equals(before.memberLimits(), after.memberLimits())
                || !Objects.equals(before.maxMembers(), after.maxMembers());
        return limits ? new HistoryEntry(at, by, "ChangeLimits", null, null, after.reason()) : null;
    }

    @Override
    public Verdict judge(Asked asked) {
        if (asked.operation() == Operation.DELETE) {
            return Verdict.ALLOWED;
        }
        ProjectSpec after = asked.object(Project.class).getSpec();
        ProjectSpec before =
                asked.old() == null ? null : asked.old(Project.class).getSpec();
        boolean same = before != null
                && Objects.equals(before.limits(), after.limits())
                && Objects.equals(before.memberLimits(), after.memberLimits());
        String fault = same ? null : limits.fault("spec.limits", after.limits());
        fault = same || fault != null
                ? fault
                : limits.memberFault("spec.memberLimits", after.memberLimits(), after.limits());
        if (fault != null) {
            return Verdict.invalid(fault);
        }
        return before == null ? name(asked.name(), after) : Verdict.ALLOWED;
    }

    /** The name of a personal project follows from its user, so that nobody else's can be in its place. */
    static Verdict name(String name, ProjectSpec spec) {
        String owner = spec.owner();
        if (spec.isPersonal() && owner != null) {
            String personal = Project.personalName(owner);
            return name.equals(personal)
                    ? Verdict.ALLOWED
                    : Verdict.invalid("metadata.name: the personal project of " + owner + " is called " + personal);
        }
        return name.startsWith("personal-")
                ? Verdict.invalid("metadata.name: only a personal project has a name that begins with personal-")
                : Verdict.ALLOWED;
    }
}
