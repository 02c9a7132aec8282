package io.nephele.operator.project;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may do what, where that is for RBAC to say: it knows verbs of our own, beside those of the API. */
interface Authority {

    /** On {@code projectapplications}: to decide them. */
    String APPROVE = "approve";

    /** On {@code projectmemberships}: to do with members of a project what its owners may, and to suspend them. */
    String MANAGE = "manage";

    /**
     * Asks.
     *
     * @param resource in the plural, of our group
     */
    boolean may(String user, Set<String> groups, String verb, String resource, @Nullable String namespace);
}
