package io.nephele.operator.admission;

import java.util.List;
import java.util.Set;

/**
 * Something that has a say in writes of some resources. Found because it is a bean. It is asked from many threads, and by the API server's clock: it answers in a second or two, whatever
 * else is slow.
 */
public interface Rule {

    /** The resources it is about, in the plural. */
    Set<String> resources();

    /** What is filled in before anything is validated. Asked again when another webhook has changed the object, so it must come to the same result then. */
    default List<Fill> complete(Asked asked) {
        return List.of();
    }

    /** Whether the write may go on. */
    default Verdict judge(Asked asked) {
        return Verdict.ALLOWED;
    }
}
