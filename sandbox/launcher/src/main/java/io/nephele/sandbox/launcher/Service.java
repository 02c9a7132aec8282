package io.nephele.sandbox.launcher;

import io.nephele.sandbox.controlplane.ChildProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One of our programs, run as its own process and started again when it ends, as Kubernetes would. */
public final class Service implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Service.class);
    private static final Duration READY_LIMIT = Duration.ofSeconds(120);
    private static final Duration RESTART_DELAY = Duration.ofMillis(500);

    private final String name;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path log;
    private final int managementPort;
    private final HttpClient http = HttpClient.newHttpClient();
    private ChildProcess process;
    private boolean closed;
    private boolean paused;

    /**
     * Starts it.
     *
     * @param application the folder with {@code quarkus-run.jar}
     * @param jvmOptions for this program
     * @param environment its settings
     * @param managementPort where it answers {@code /q/health/ready}
     */
    Service(
            String name,
            Path application,
            List<String> jvmOptions,
            Map<String, String> environment,
            Path log,
            int managementPort) {
        this.name = name;
        this.log = log;
        this.managementPort = managementPort;
        this.environment = environment;
        Path jar = application.resolve("quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException("There is no " + jar + ". Run: make build");
        }
        command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-jar", jar.toString()));
        process = ChildProcess.start(name, command, environment, log);
        Thread.ofPlatform().daemon().name("supervisor of " + name).start(this::supervise);
    }

    public String name() {
        return name;
    }

    /** The pid of the process that runs now. */
    public synchronized long pid() {
        return process.pid();
    }

    /** SIGKILL; the supervisor starts it again. */
    public void kill() {
        ChildProcess victim;
        synchronized (this) {
            victim = process;
        }
        victim.kill();
    }

    /** SIGKILL, and it stays down until {@link #resume()}. */
    public void pause() {
        synchronized (this) {
            paused = true;
        }
        kill();
    }

    /** Ends a {@link #pause()}. */
    public synchronized void resume() {
        paused = false;
        notifyAll();
    }

    /** {@code http://127.0.0.1:<port>} of its metrics and health. */
    public String managementUrl() {
        return "http://127.0.0.1:" + managementPort;
    }

    /** Whether it says that it is ready. */
    public boolean isReady() {
        var request = HttpRequest.newBuilder(URI.create(managementUrl() + "/q/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Returns when it is ready. */
    public void awaitReady() throws InterruptedException {
        Instant limit = Instant.now().plus(READY_LIMIT);
        while (!isReady()) {
            if (Instant.now().isAfter(limit)) {
                throw new IllegalStateException(name + " is not ready after " + READY_LIMIT.toSeconds()
                        + " s. The end of " + log + ":\n" + current().lastOutput());
            }
            Thread.sleep(100);
        }
    }

    private synchronized ChildProcess current() {
        return process;
    }

    private void supervise() {
        try {
            while (true) {
                int status = current().waitFor();
                Thread.sleep(RESTART_DELAY);
                synchronized (this) {
                    while (paused && !closed) {
                        wait();
                    }
                    if (closed) {
                        return;
                    }
                    LOG.warn("{} ended with status {} and is started again; its output is in {}", name, status, log);
                    process = ChildProcess.start(name, command, environment, log);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        ChildProcess last;
        synchronized (this) {
            closed = true;
            notifyAll();
            last = process;
        }
        last.close();
        http.close();
    }
}
