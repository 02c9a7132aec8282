package io.nephele.sandbox.controlplane;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A process that cannot outlive this one: the kernel kills it when its parent dies, however that happens (PR_SET_PDEATHSIG, set by {@code setpriv}).
 *
 * <p>The signal is sent when the parent <em>thread</em> ends, so all children are started from one thread that lives as long as the process.
 */
public final class ChildProcess implements AutoCloseable {

    private static final ExecutorService PARENT = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("parent-of-children").factory());

    private final String name;
    private final Process process;
    private final Path log;

    private ChildProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a program; its output is appended to {@code log}.
     *
     * @param environment added to the environment of this process
     */
    public static ChildProcess start(String name, List<String> command, Map<String, String> environment, Path log) {
        var tied = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "--"));
        tied.addAll(command);
        var builder = new ProcessBuilder(tied)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            return new ChildProcess(name, PARENT.submit(builder::start).get(), log);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Cannot start " + name + ": " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while starting " + name, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Where its output goes. */
    public Path log() {
        return log;
    }

    /** Waits for the end of the process and returns its exit status. */
    public int waitFor() throws InterruptedException {
        return process.waitFor();
    }

    /** The last lines of its output, for an error message. */
    public String lastOutput() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
        } catch (IOException e) {
            return "(no output: " + e.getMessage() + ")";
        }
    }

    /** SIGKILL, as a machine that loses power would. */
    public void kill() {
        process.destroyForcibly();
        await(Duration.ofSeconds(10));
    }

    /** SIGTERM, then SIGKILL after ten seconds. */
    @Override
    public void close() {
        process.destroy();
        if (!await(Duration.ofSeconds(10))) {
            kill();
        }
    }

    private boolean await(Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
