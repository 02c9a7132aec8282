package io.nephele.crds.project;

/** What was decided of a ProjectApplication, by an administrator or, for the last, by the applicant. */
public enum Decision {
    Approved,
    Denied,
    Cancelled
}
