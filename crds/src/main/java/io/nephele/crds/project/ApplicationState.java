package io.nephele.crds.project;

/** How a ProjectApplication stands. */
public enum ApplicationState {
    Pending,
    Approved,
    Denied,
    Cancelled,

    /** A newer one for the same project has taken its place. */
    Replaced
}
