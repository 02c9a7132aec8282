package io.nephele.crds.project;

/** How a user stands to a project. */
public enum MembershipState {
    /** He asks to join. */
    Requested,

    /** An owner asks him. */
    Invited,
    Accepted,

    /** He asks to leave, and is a member until an owner agrees. */
    LeaveRequested,

    /** Put on hold by an administrator: takes a member's place, and may nothing. */
    Suspended,
    Rejected,
    Removed;

    /** Whether he may act in the project and has a quota in it. */
    public boolean counts() {
        return this == Accepted || this == LeaveRequested;
    }

    /** Whether he takes one of the places that {@code maxMembers} limits. */
    public boolean takesPlace() {
        return counts() || this == Suspended;
    }
}
