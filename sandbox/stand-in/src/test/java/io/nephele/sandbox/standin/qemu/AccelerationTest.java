package io.nephele.sandbox.standin.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccelerationTest {

    private static final Duration ENOUGH = Duration.ofSeconds(60);

    private static Path image = Path.of("none");

    @TempDir
    Path directory;

    @BeforeAll
    static void buildTheGuest() throws Exception {
        assumeTrue(
                onPath("qemu-system-x86_64"), "Skipped: there is no qemu-system-x86_64 (apt install qemu-system-x86)");
        Process build = new ProcessBuilder("../guest-images/build", "tiny")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String disk = build.inputReader().readAllAsString().strip();
        assertEquals(0, build.waitFor(), "sandbox/guest-images/build tiny");
        image = Path.of(disk).getParent();
    }

    @Test
    void aKernelThatRunsProvesItsAccelerator() {
        assertTrue(new Acceleration.Proof(image, directory).runs("tcg", ENOUGH));
    }

    @Test
    void aGuestThatHasNotSpokenInTimeProvesNothingAndIsGone() throws IOException {
        long start = System.nanoTime();
        assertFalse(new Acceleration.Proof(image, directory).runs("tcg", Duration.ofMillis(200)));
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(Duration.ofSeconds(10)) < 0, "took " + took);
        assertFalse(ProcessHandle.current()
                .descendants()
                .anyMatch(p -> p.info().command().orElse("").contains("qemu")));
    }

    @Test
    void anAcceleratorThatQemuDoesNotStartWithIsNotWaitedFor() {
        long start = System.nanoTime();
        assertFalse(new Acceleration.Proof(image, directory).runs("hax", ENOUGH));
        assertTrue(System.nanoTime() - start < ENOUGH.toNanos());
    }

    @Test
    void withoutTheDeviceGuestsAreEmulated() {
        assertEquals(
                new Acceleration("tcg", "there is no " + directory.resolve("kvm")),
                find(directory.resolve("kvm"), directory));
    }

    @Test
    void aDeviceThatThisUserMayNotOpenIsNotTried() throws IOException {
        Path device = Files.createFile(
                directory.resolve("kvm"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("---------")));
        assumeTrue(!Files.isReadable(device), "Skipped: root may open everything");
        assertEquals(new Acceleration("tcg", "this user may not use " + device), find(device, directory));
    }

    @Test
    void whereKvmPvmIsLoadedNothingIsTried() throws IOException {
        Files.createDirectory(directory.resolve("kvm_pvm"));
        assertEquals(
                new Acceleration("tcg", "kvm_pvm cannot run unmodified kernels"),
                find(Files.createFile(directory.resolve("kvm")), directory));
    }

    @Test
    void whatIsFoundHereRunsGuestsHere() {
        Acceleration found = Acceleration.find(image, directory);
        assertTrue(new Acceleration.Proof(image, directory).runs(found.accelerator(), ENOUGH), found.toString());
    }

    private Acceleration find(Path device, Path modules) {
        return Acceleration.find(device, modules, new Acceleration.Proof(image, directory));
    }

    private static boolean onPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(dir -> Files.isExecutable(Path.of(dir, program)));
    }
}
