package io.nephele.sandbox.launcher;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What runs the guests of a sandbox. */
public enum Hypervisor {
    /** Nothing: guests are states only, thousands of them. */
    SIMULATED,
    /** Each guest is a QEMU process. */
    QEMU;

    private static final List<String> NEEDED = List.of("qemu-system-x86_64", "qemu-img", "genisoimage");

    /**
     * The one that is wanted; QEMU where it is installed, if nothing is.
     *
     * @param wanted {@code qemu}, {@code simulated}, or nothing
     * @throws IllegalArgumentException if it is something else, or QEMU is wanted and not here
     */
    public static Hypervisor of(@Nullable String wanted) {
        List<String> missing =
                NEEDED.stream().filter(program -> !isOnPath(program)).toList();
        return switch (wanted == null ? "" : wanted) {
            case "" -> missing.isEmpty() ? QEMU : SIMULATED;
            case "simulated" -> SIMULATED;
            case "qemu" -> {
                if (!missing.isEmpty()) {
                    throw new IllegalArgumentException(
                            "HYPERVISOR=qemu needs " + String.join(", ", missing) + ": " + HINT);
                }
                yield QEMU;
            }
            default -> throw new IllegalArgumentException("HYPERVISOR is qemu or simulated, not " + wanted);
        };
    }

    private static List<String> missing() {
        return NEEDED.stream().filter(program -> !isOnPath(program)).toList();
    }

    /** Whether QEMU can be used here. */
    static boolean isInstalled() {
        return missing().isEmpty();
    }

    /** How QEMU is installed. */
    static final String HINT = "apt install --no-install-recommends qemu-system-x86 qemu-utils genisoimage";

    private static boolean isOnPath(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(folder).resolve(program))) {
                return true;
            }
        }
        return false;
    }
}
