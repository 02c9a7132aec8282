package io.nephele.sandbox.standin.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** QEMU's tools, as a guest would write and somebody from outside would look. */
public final class Qemu {

    private Qemu() {}

    /** Skips a test where they are not installed. */
    public static void assumeInstalled() {
        boolean installed = Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "qemu-io")));
        assumeTrue(installed, "qemu-img and qemu-io (package qemu-utils) are not installed");
    }

    /** Writes a mebibyte of one byte to a disk. */
    public static void write(Path disk, int value) {
        run("qemu-io", "-f", "qcow2", "-c", "write -P %d 0 1M".formatted(value), disk.toString());
    }

    /** Whether the first mebibyte of a disk is of that byte. */
    public static boolean reads(Path disk, int value) {
        return !output("qemu-io", "-f", "qcow2", "-c", "read -P %d 0 1M".formatted(value), disk.toString())
                .contains("Pattern verification failed");
    }

    /** Whether two images show the same to a guest, but for zeroes at the end. */
    public static boolean same(Path one, String format, Path disk) {
        return output("qemu-img", "compare", "-f", format, "-F", "qcow2", one.toString(), disk.toString())
                .contains("Images are identical");
    }

    /** Opens a disk for writing as a running guest does, until the process is ended. */
    public static Process open(Path disk) throws IOException {
        Process process = new ProcessBuilder("qemu-io", "-f", "qcow2", disk.toString())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().write("length\n".getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
        // It answers when it has opened it.
        assertThat(process.inputReader(StandardCharsets.US_ASCII).readLine()).endsWith("iB");
        return process;
    }

    /** Runs a tool that must succeed, and returns what it printed. */
    public static String run(String... command) {
        return run(0, command);
    }

    /** What a tool prints that says no by its exit status 1. */
    private static String output(String... command) {
        return run(1, command);
    }

    private static String run(int highest, String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(Arrays.toString(command) + output).isLessThanOrEqualTo(highest);
            return output;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
