package io.nephele.sandbox.standin.qemu;

import io.nephele.sandbox.controlplane.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How the processors of guests are run on this machine, by proof: KVM only if a guest has just run under it. That {@code /dev/kvm} opens says little, since there are
 * machines on which QEMU starts with it, answers that the guest runs, and the guest never executes an instruction of its own.
 *
 * @param accelerator what QEMU calls it: {@code kvm} or {@code tcg}, which emulates them
 * @param reason why, in a few words for people
 */
public record Acceleration(String accelerator, String reason) {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(50);

    /**
     * Finds out; takes a second or two where KVM works, at most {@code 10 s} where it hangs, and no time where it cannot be.
     *
     * @param image the folder of the guest image {@code tiny}: its {@code vmlinuz} and {@code initrd} are run
     * @param directory where the console of the guest and the output of QEMU go
     */
    public static Acceleration find(Path image, Path directory) {
        return find(Path.of("/dev/kvm"), Path.of("/sys/module"), new Proof(image, directory));
    }

    static Acceleration find(Path device, Path modules, Proof proof) {
        if (!Files.exists(device)) {
            return emulated("there is no " + device);
        }
        if (!Files.isReadable(device) || !Files.isWritable(device)) {
            return emulated("this user may not use " + device);
        }
        if (Files.exists(modules.resolve("kvm_pvm"))) {
            return emulated("kvm_pvm cannot run unmodified kernels");
        }
        if (!proof.runs("kvm", LIMIT)) {
            return emulated("no kernel ran under KVM within " + LIMIT.toSeconds() + " s");
        }
        return new Acceleration("kvm", "a kernel ran under it");
    }

    private static Acceleration emulated(String reason) {
        return new Acceleration("tcg", reason);
    }

    /** Runs a guest without disks until its first program has spoken. */
    record Proof(Path image, Path directory) {

        /** What the initrd of the image says before anything else. */
        private static final String LINE = "nephele: kernel runs";

        boolean runs(String accelerator, Duration limit) {
            Path console = directory.resolve("proof-" + accelerator + ".console");
            try {
                Files.createDirectories(directory);
                Files.deleteIfExists(console);
                long start = System.nanoTime();
                ChildProcess guest = ChildProcess.start(
                        "proof of " + accelerator,
                        command(accelerator, console),
                        Map.of(),
                        directory.resolve("proof-" + accelerator + ".log"));
                try {
                    while (guest.isAlive() && System.nanoTime() - start < limit.toNanos()) {
                        if (spoke(console)) {
                            return true;
                        }
                        Thread.sleep(POLL);
                    }
                    return spoke(console); // it may have spoken and ended between two looks
                } finally {
                    guest.kill();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while proving " + accelerator, e);
            }
        }

        private List<String> command(String accelerator, Path console) {
            return List.of(
                    "qemu-system-x86_64",
                    "-nodefaults",
                    "-no-user-config",
                    "-no-reboot",
                    "-display",
                    "none",
                    "-M",
                    "q35",
                    "-accel",
                    accelerator,
                    "-cpu",
                    "max",
                    "-m",
                    "128",
                    "-kernel",
                    image.resolve("vmlinuz").toString(),
                    "-initrd",
                    image.resolve("initrd").toString(),
                    "-append",
                    "console=ttyS0 quiet panic=-1 mitigations=off",
                    "-serial",
                    "file:" + console);
        }

        private static boolean spoke(Path console) throws IOException {
            return Files.exists(console)
                    && Files.readString(console, StandardCharsets.ISO_8859_1).contains(LINE);
        }
    }
}
