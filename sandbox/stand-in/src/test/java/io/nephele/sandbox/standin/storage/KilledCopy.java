package io.nephele.sandbox.standin.storage;

import java.nio.file.Path;
import java.util.Set;

/** A process that copies a disk, for a test to kill. */
final class KilledCopy {

    private KilledCopy() {}

    /** Starts it on the folder of a store; it clones {@code a} to {@code b} in the class {@code local}. */
    static Process start(Path directory) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledCopy.class.getName(),
                        directory.toString())
                .inheritIO()
                .start();
    }

    static Volume volume(String name) {
        return new Volume("local", "node-1", name, 1L << 30);
    }

    public static void main(String[] arguments) throws Exception {
        DiskStore.open(Path.of(arguments[0]), Set.of("local"), OpenDisks.NONE).clone(volume("a"), volume("b"));
    }
}
