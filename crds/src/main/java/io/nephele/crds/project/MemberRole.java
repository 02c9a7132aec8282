package io.nephele.crds.project;

/** What a member may do in the project. */
public enum MemberRole {
    /** Everything a member may, and to say who is a member. */
    Owner,

    /** To make, change and delete what the project has. */
    Member,

    /** To look. */
    Viewer
}
