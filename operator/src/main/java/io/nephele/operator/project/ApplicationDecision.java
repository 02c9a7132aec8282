package io.nephele.operator.project;

import io.nephele.crds.project.ApplicationState;
import io.nephele.crds.project.Decision;
import io.nephele.crds.project.HistoryEntry;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectApplication;
import io.nephele.crds.project.ProjectApplicationSpec;
import io.nephele.crds.project.ProjectSpec;
import io.nephele.crds.project.ProjectState;
import io.nephele.operator.admission.Verdict;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Whether an application can be made or decided, and how it stands. */
final class ApplicationDecision {

    private static final Comparator<ProjectApplication> BY_AGE = Comparator.comparing(ApplicationDecision::madeAt)
            .thenComparing(a -> a.getMetadata().getUid());

    private ApplicationDecision() {}

    /**
     * Whether it can be made.
     *
     * @param asked what is applied for, with the applicant
     * @param project of that name, if there is one
     * @param taken whether the name is taken by a namespace that is no project's
     */
    static Verdict judge(ProjectApplicationSpec asked, @Nullable Project project, boolean taken, Instant now) {
        String name = asked.project();
        if (asked.decision() != null) {
            return Verdict.invalid("spec.decision: it is decided later, by an administrator");
        }
        if (name.startsWith("kube-") || name.startsWith("nephele-") || name.startsWith("personal-")) {
            return Verdict.invalid("spec.project: names that begin with kube-, nephele- or personal- are not given");
        }
        Verdict.Denied denied = unavailable(asked, project, taken);
        return denied == null ? timely(asked, project, now) : denied;
    }

    /** Of a project that is somebody else's one learns no more than that its name is taken. */
    private static Verdict.@Nullable Denied unavailable(
            ProjectApplicationSpec asked, @Nullable Project project, boolean taken) {
        boolean his = project != null && Objects.equals(project.getSpec().owner(), asked.applicant());
        return (project == null && !taken) || his
                ? null
                : Verdict.conflict("spec.project: the name " + asked.project() + " is taken: choose another");
    }

    private static Verdict timely(ProjectApplicationSpec asked, @Nullable Project project, Instant now) {
        String end = asked.endDate();
        if (end == null) {
            return project == null
                    ? Verdict.invalid("spec.endDate: say until when you need the project")
                    : Verdict.ALLOWED;
        }
        return Instant.parse(end).isAfter(now)
                ? Verdict.ALLOWED
                : Verdict.invalid("spec.endDate: " + end + " is over: it has to be in the future");
    }

    /**
     * Whether a decision may be taken.
     *
     * @param newer whether the applicant has made a newer one for the same project
     * @param project of that name, if there is one
     * @param isApplicant and {@code isAdministrator}, {@code isOperator}: who decides
     */
    record Deciding(
            ProjectApplicationSpec before,
            ProjectApplicationSpec after,
            boolean newer,
            @Nullable Project project,
            boolean taken,
            boolean isApplicant,
            boolean isAdministrator,
            boolean isOperator,
            Instant now) {

        Verdict judge() {
            if (!before.withoutDecision().equals(after.withoutDecision())) {
                return Verdict.invalid(
                        "what was asked stays as it was: make another ProjectApplication, which takes the place of this one");
            }
            if (before.equals(after)) {
                return Verdict.ALLOWED;
            }
            if (before.decision() != null) {
                return Verdict.conflict("this application is " + before.decision() + " already: a new one is needed");
            }
            Decision decision = after.decision();
            return switch (decision) {
                case null -> isAdministrator ? Verdict.ALLOWED : notHis("spec.decisionReason is");
                case Cancelled ->
                    isApplicant
                            ? Verdict.ALLOWED
                            : Verdict.forbidden("only the applicant cancels an application: deny it");
                case Replaced ->
                    isOperator
                            ? Verdict.ALLOWED
                            : Verdict.forbidden("an application is replaced when the applicant makes a newer one");
                case Denied -> isAdministrator ? isLatest() : notHis("a denial is");
                case Approved -> isAdministrator ? approve() : notHis("an approval is");
            };
        }

        private static Verdict notHis(String what) {
            return Verdict.forbidden(what + " for those to say who may approve applications");
        }

        private Verdict isLatest() {
            return newer
                    ? Verdict.conflict("the applicant has made a newer application for this project: decide that one")
                    : Verdict.ALLOWED;
        }

        private Verdict approve() {
            if (newer) {
                return isLatest();
            }
            Verdict.Denied denied = unavailable(after, project, taken);
            return denied == null ? timely(after, project, now) : denied;
        }
    }

    /** Whether the applicant has made a newer one for the same project. */
    static boolean isReplaced(ProjectApplication application, List<ProjectApplication> others) {
        return others.stream()
                .anyMatch(other -> !other.getMetadata()
                                .getUid()
                                .equals(application.getMetadata().getUid())
                        && Objects.equals(
                                other.getSpec().applicant(),
                                application.getSpec().applicant())
                        && other.getSpec()
                                .project()
                                .equals(application.getSpec().project())
                        && other.getSpec().decision() != Decision.Cancelled
                        && BY_AGE.compare(application, other) < 0);
    }

    private static Instant madeAt(ProjectApplication application) {
        List<HistoryEntry> history = application.getHistory();
        String at = history.isEmpty() ? null : history.getFirst().at();
        return Instant.parse(at == null ? application.getMetadata().getCreationTimestamp() : at);
    }

    /** How an application stands on which somebody has decided, or nobody. */
    static ApplicationState state(@Nullable Decision decision) {
        return switch (decision) {
            case null -> ApplicationState.Pending;
            case Approved -> ApplicationState.Approved;
            case Denied -> ApplicationState.Denied;
            case Cancelled -> ApplicationState.Cancelled;
            case Replaced -> ApplicationState.Replaced;
        };
    }

    /** What goes down in the history, or null if nothing does. */
    static @Nullable HistoryEntry entry(
            @Nullable ProjectApplicationSpec before, ProjectApplicationSpec after, String at, String by) {
        if (before == null) {
            return new HistoryEntry(at, by, "Create", null, ApplicationState.Pending.name(), after.reason());
        }
        Decision decision = after.decision();
        if (decision == null || decision == before.decision()) {
            return null;
        }
        String action = switch (decision) {
            case Approved -> "Approve";
            case Denied -> "Deny";
            case Cancelled -> "Cancel";
            case Replaced -> "Replace";
        };
        return new HistoryEntry(
                at, by, action, state(before.decision()).name(), state(decision).name(), after.decisionReason());
    }

    /** The project that an approved application makes. */
    static ProjectSpec project(ProjectApplication application) {
        ProjectApplicationSpec asked = application.getSpec();
        return new ProjectSpec(
                asked.displayName(),
                null,
                asked.description(),
                asked.applicant(),
                null,
                ProjectState.Active,
                reason(application),
                asked.endDate(),
                asked.limits(),
                asked.memberLimits(),
                asked.joinPolicy(),
                asked.leavePolicy(),
                asked.maxMembers(),
                asked.closedToStrangers(),
                asked.onSuspension(),
                null);
    }

    /** What an approved application changes in a project that is there: what it names, one limit at a time. The project is active again, whatever it was. */
    static Map<String, Object> change(ProjectApplication application) {
        ProjectApplicationSpec asked = application.getSpec();
        var change = new TreeMap<String, Object>();
        put(change, "displayName", asked.displayName());
        put(change, "description", asked.description());
        put(change, "endDate", asked.endDate());
        put(change, "limits", asked.limits());
        put(change, "memberLimits", asked.memberLimits());
        put(change, "joinPolicy", asked.joinPolicy());
        put(change, "leavePolicy", asked.leavePolicy());
        put(change, "maxMembers", asked.maxMembers());
        put(change, "closedToStrangers", asked.closedToStrangers());
        put(change, "onSuspension", asked.onSuspension());
        change.put("state", ProjectState.Active);
        change.put("reason", reason(application));
        return change;
    }

    private static void put(Map<String, Object> change, String field, @Nullable Object value) {
        if (value != null) {
            change.put(field, value);
        }
    }

    private static String reason(ProjectApplication application) {
        return "the application " + application.getMetadata().getName() + " was approved";
    }
}
