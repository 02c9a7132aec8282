package io.nephele.operator.project;

/** As whom somebody takes a step. One may be several of them. */
enum Party {
    /** The user whom the membership is about. */
    SELF,

    /** A member with the role Owner. */
    OWNER,

    /** Who may {@code manage} memberships: RBAC says who that is. */
    ADMINISTRATOR,

    /** The operator, of its own accord. */
    OPERATOR
}
