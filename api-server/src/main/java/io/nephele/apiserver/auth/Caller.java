package io.nephele.apiserver.auth;

import io.nephele.crds.UniqueId;
import io.nephele.crds.project.MemberRole;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param user as the identity provider names him
 * @param project the project of his key or session, which is also its namespace
 * @param accountId of the project
 * @param role what he may do there
 * @param session if he uses temporary credentials
 */
public record Caller(
        String user,
        String project,
        String accountId,
        String accessKeyId,
        MemberRole role,
        @Nullable Session session) {

    /** Somebody who has signed nothing. Only {@linkplain io.nephele.apiserver.action.Action#isOpen open} actions are carried out for him. */
    public static final Caller NOBODY = new Caller("", "", "", "", MemberRole.Viewer, null);

    public boolean isNobody() {
        return user.isEmpty();
    }

    /** As AWS names him: a user, or a role that somebody has assumed. */
    public String arn() {
        return session == null || session.kind() == Session.Kind.USER
                ? "arn:aws:iam::%s:user/%s".formatted(accountId, user)
                : "arn:aws:sts::%s:assumed-role/%s/%s".formatted(accountId, project, session.name());
    }

    /** The unique id that goes with the ARN. */
    public String userId() {
        return session == null || session.kind() == Session.Kind.USER
                ? UniqueId.USER.derive("user", accountId, user)
                : UniqueId.ROLE.derive("role", accountId) + ":" + session.name();
    }
}
