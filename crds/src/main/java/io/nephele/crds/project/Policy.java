package io.nephele.crds.project;

/** How a member joins or leaves. */
public enum Policy {
    /** At his word. */
    Auto,

    /** When an owner agrees. */
    Moderated,

    /** Not by himself. */
    Closed
}
