package io.nephele.operator.project;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.crds.Nephele;
import io.nephele.operator.admission.Asked;
import io.nephele.operator.admission.Fill;
import io.nephele.operator.admission.Operation;
import io.nephele.operator.admission.Rule;
import io.nephele.operator.admission.Verdict;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whose quota an object counts in: that of the member who makes it, until an owner puts it on somebody else. It stays when its member leaves: then an owner sees what he left, and whose it
 * is to be.
 */
@Singleton
class ChargedTo implements Rule {

    private final Directory directory;
    private final Authority authority;
    private final Histories histories;

    ChargedTo(Directory directory, Authority authority, Histories histories) {
        this.directory = directory;
        this.authority = authority;
        this.histories = histories;
    }

    @Override
    public Set<String> resources() {
        return Set.of("instances", "volumes", "images", "keypairs");
    }

    @Override
    public List<Fill> complete(Asked asked) {
        String project = asked.namespace();
        String person = Nephele.person(asked.user());
        return asked.operation() == Operation.CREATE
                        && project != null
                        && person != null
                        && of(asked.object()) == null
                        && directory.isMember(project, person)
                ? List.of(new Fill(List.of("metadata", "annotations", Nephele.ANNOTATION_CHARGED_TO), person))
                : List.of();
    }

    @Override
    public Verdict judge(Asked asked) {
        String project = asked.namespace();
        if (project == null || asked.operation() == Operation.DELETE || histories.isOperator(asked)) {
            return Verdict.ALLOWED;
        }
        String person = Nephele.person(asked.user());
        String after = of(asked.object());
        if (asked.operation() == Operation.CREATE && after == null) {
            // Of somebody who is no member, such as an administrator: the project alone is charged.
            return Verdict.ALLOWED;
        }
        String before = asked.operation() == Operation.UPDATE ? of(asked.old()) : person;
        boolean owner = person != null && directory.isOwner(project, person);
        Predicate<String> counts = user -> directory.isMember(project, user);
        Verdict verdict = judge(before, after, owner, counts);
        return verdict instanceof Verdict.Denied
                        && !owner
                        && authority.may(asked.user(), asked.groups(), Authority.MANAGE, "projectmemberships", project)
                ? judge(before, after, true, counts)
                : verdict;
    }

    /**
     * Whether it may be charged to somebody.
     *
     * @param before to whom it was, or who makes it
     * @param after to whom it is to be
     * @param owner whether an owner or an administrator asks
     * @param counts who is a member
     */
    static Verdict judge(@Nullable String before, @Nullable String after, boolean owner, Predicate<String> counts) {
        if (Objects.equals(before, after)) {
            return Verdict.ALLOWED;
        }
        String field = "metadata.annotations[" + Nephele.ANNOTATION_CHARGED_TO + "]: ";
        if (after == null) {
            return Verdict.forbidden(
                    field + "it is charged to " + before + ", and stays so: name somebody else instead");
        }
        if (!owner) {
            return Verdict.forbidden(field + "only an owner of the project charges an object to somebody else");
        }
        return counts.test(after)
                ? Verdict.ALLOWED
                : Verdict.invalid(field + after + " is not a member of the project");
    }

    private static @Nullable String of(@Nullable ObjectNode object) {
        String user = object == null
                ? ""
                : object.path("metadata")
                        .path("annotations")
                        .path(Nephele.ANNOTATION_CHARGED_TO)
                        .asText("");
        return user.isEmpty() ? null : user;
    }
}
