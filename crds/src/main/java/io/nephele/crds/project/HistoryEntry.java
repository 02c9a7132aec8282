package io.nephele.crds.project;

import io.nephele.crds.Wire;
import org.jspecify.annotations.Nullable;

/**
 * Who did what and when. Written at admission, in the same write as the change itself; nobody can write it otherwise.
 *
 * @param at RFC 3339, UTC
 * @param by the Kubernetes user
 * @param action such as Create, Approve, Suspend, Accept
 * @param from the state before; absent for a new object
 * @param to the state after
 * @param reason as it was given
 */
@Wire
public record HistoryEntry(
        @Nullable String at,
        @Nullable String by,
        @Nullable String action,
        @Nullable String from,
        @Nullable String to,
        @Nullable String reason) {

    /** Of a long history the latest are kept. */
    public static final int KEPT = 50;
}
