package io.nephele.crds.project;

/** What was decided of a ProjectApplication. */
public enum Decision {
    /** By an administrator. */
    Approved,

    /** By an administrator, with a reason. */
    Denied,

    /** By the applicant. */
    Cancelled,

    /** By the operator: the applicant has made a newer one for the same project. */
    Replaced
}
