package io.nephele.crds.project;

/** What a project is to be. */
public enum ProjectState {
    Active,

    /** All limits are zero; what is there stays, and runs on unless the project says otherwise. */
    Suspended,

    /** As Suspended, and after {@code retention} the data goes. */
    Terminated
}
