package io.nephele.sandbox.standin.storage;

import java.io.IOException;
import java.nio.file.Path;

/** The disks that running guests have open. */
@FunctionalInterface
public interface OpenDisks {

    /** No guest has any disk open. */
    OpenDisks NONE = (_, _) -> false;

    /**
     * Whether a running guest has a disk open and sees it with its new size now.
     *
     * @throws IOException if it has it open, and it could not be resized
     */
    boolean resize(Path disk, long bytes) throws IOException;
}
