package io.nephele.crds.project;

/** What a project is. */
public enum ProjectPhase {
    /** Its namespace is not there yet. */
    Pending,
    Active,
    Suspended,

    /** Its end date has passed: as Suspended, until the date is moved. */
    Expired,
    Terminated
}
