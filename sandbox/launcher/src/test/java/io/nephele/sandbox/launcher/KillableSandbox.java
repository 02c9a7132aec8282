package io.nephele.sandbox.launcher;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;

/** A sandbox of real guests in a process of its own, so that it can be killed and started again on its directory. Its ports are others then: what they are is read anew each time. */
final class KillableSandbox implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(3);

    private final Path directory;
    private volatile Process process;

    /** All that its lives have started and that was there at their end. */
    private final List<ProcessHandle> children = new ArrayList<>();

    /** Where its lives had their sockets. */
    private final List<Path> sockets = new ArrayList<>();

    /** Starts it and returns when it is ready. */
    KillableSandbox(Path directory) throws IOException {
        this.directory = directory.toRealPath();
        process = launch();
        awaitReady();
    }

    private Process launch() throws IOException {
        Files.deleteIfExists(env());
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        Body.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
                .start();
    }

    private void awaitReady() throws IOException {
        await().atMost(START).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("The sandbox did not start: " + Files.readString(output()));
            }
            return Files.exists(env());
        });
        sockets.add(Files.readSymbolicLink(directory.resolve("guests/sockets")));
    }

    private Path env() {
        return directory.resolve("env");
    }

    /** What it printed, in all its lives. */
    Path output() {
        return directory.resolve("output");
    }

    private String env(String name) throws IOException {
        var matcher = Pattern.compile("export " + name + "='(.*)'").matcher(readEnv());
        if (!matcher.find()) {
            throw new IOException("There is no " + name + " in " + env());
        }
        return matcher.group(1);
    }

    private String readEnv() {
        return await().atMost(START)
                .ignoreException(NoSuchFileException.class)
                .until(() -> Files.readString(env()), text -> !text.isEmpty());
    }

    /** A client of the tenant, good until the next kill. */
    Ec2Client ec2() {
        try {
            return Ec2Client.builder()
                    .endpointOverride(URI.create(env("AWS_ENDPOINT_URL")))
                    .region(Region.of("nephele-1"))
                    .credentialsProvider(StaticCredentialsProvider.create(
                            AwsBasicCredentials.create(env("AWS_ACCESS_KEY_ID"), env("AWS_SECRET_ACCESS_KEY"))))
                    .httpClientBuilder(UrlConnectionHttpClient.builder())
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A client of the administrator, good until the next kill. */
    KubernetesClient admin() {
        try {
            return new KubernetesClientBuilder()
                    .withConfig(Config.fromKubeconfig(Path.of(env("KUBECONFIG")).toFile()))
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The processes that it has started whose command line holds these words. */
    List<ProcessHandle> processes(String words) {
        return process.descendants()
                .filter(child -> commandLine(child).contains(words))
                .toList();
    }

    /** All processes that it has started, or that have to do with its directory, and all folders outside of that. */
    List<String> leftOvers() {
        Stream<String> processes = Stream.concat(children.stream(), ProcessHandle.allProcesses())
                .filter(child -> children.contains(child) ? child.isAlive() : isOfHere(child))
                .map(child -> child.pid() + " " + commandLine(child));
        return Stream.concat(processes, sockets.stream().filter(Files::exists).map(Path::toString))
                .toList();
    }

    private boolean isOfHere(ProcessHandle process) {
        return commandLine(process).contains(directory.toString());
    }

    /** The disks that two processes have open for writing at the same time, with the processes. */
    List<String> disksOpenedTwice() {
        var writers = new HashMap<Path, ProcessHandle>();
        var twice = new ArrayList<String>();
        ProcessHandle.allProcesses()
                .filter(process -> commandLine(process).startsWith("qemu") && isOfHere(process))
                .forEach(second -> {
                    for (Path disk : openForWriting(second)) {
                        ProcessHandle first = writers.putIfAbsent(disk, second);
                        // It may have ended since it was looked at.
                        if (first != null && openForWriting(first).contains(disk)) {
                            twice.add(disk + ": " + commandLine(first) + " and " + commandLine(second));
                        }
                    }
                });
        return twice;
    }

    private Set<Path> openForWriting(ProcessHandle process) {
        Path proc = Path.of("/proc", Long.toString(process.pid()));
        try (Stream<Path> open = Files.list(proc.resolve("fd"))) {
            var disks = new HashSet<Path>();
            for (Path fd : open.toList()) {
                Path file = Files.readSymbolicLink(fd);
                if (file.startsWith(disksFolder()) && isForWriting(proc.resolve("fdinfo/" + fd.getFileName()))) {
                    disks.add(file);
                }
            }
            return disks;
        } catch (IOException | UncheckedIOException ended) {
            return Set.of();
        }
    }

    /** The access mode is in the last digit of the flags, which are octal. */
    private static boolean isForWriting(Path fdinfo) throws IOException {
        return Files.readString(fdinfo).lines().anyMatch(line -> line.matches("flags:.*[12567]"));
    }

    /** Whole, however long it is, which {@link ProcessHandle.Info} does not give. */
    private static String commandLine(ProcessHandle process) {
        try {
            Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
            return Files.readString(file, StandardCharsets.ISO_8859_1).replace('\0', ' ');
        } catch (IOException ended) {
            return "";
        }
    }

    /** SIGKILL, and a new life when all that it had started is gone. */
    void killAndStart() throws IOException {
        process.descendants().forEach(children::add);
        Files.deleteIfExists(env());
        process.destroyForcibly();
        await("children of a killed sandbox")
                .atMost(Duration.ofSeconds(20))
                .until(() -> !process.isAlive() && children.stream().noneMatch(ProcessHandle::isAlive));
        process = launch();
        awaitReady();
    }

    private Path disksFolder() {
        return directory.resolve("guests/disks/replicated");
    }

    /** The disk of a volume. */
    Path disk(String volume) {
        return disksFolder().resolve(volume + ".qcow2");
    }

    /** The files on which guests and images are, and what these lie on. */
    List<Path> disks() throws IOException {
        try (Stream<Path> files = Files.list(disksFolder())) {
            return files.sorted().toList();
        }
    }

    /** Logs in, and returns what the command printed; null if it failed or there is no way in now. */
    @Nullable String trySsh(Path key, String id, String command) throws IOException, InterruptedException {
        Path config = directory.resolve("guests/ssh_config");
        Path out = Files.createTempFile(directory, "ssh", "");
        Process ssh = new ProcessBuilder(
                        "ssh",
                        "-F",
                        config.toString(),
                        "-o",
                        "ConnectTimeout=3",
                        "-o",
                        "ServerAliveInterval=3",
                        "-o",
                        "BatchMode=yes",
                        "-i",
                        key.toString(),
                        "user@" + id,
                        command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("ssh-errors").toFile()))
                .redirectOutput(out.toFile())
                .start();
        try {
            boolean ended = ssh.waitFor(20, TimeUnit.SECONDS);
            return ended && ssh.exitValue() == 0 ? Files.readString(out).strip() : null;
        } finally {
            ssh.destroyForcibly();
            Files.delete(out);
        }
    }

    /** Ends it in good order. */
    @Override
    public void close() throws IOException {
        Process last = process;
        last.descendants().forEach(children::add);
        last.getOutputStream().close();
        try {
            if (!last.waitFor(2, TimeUnit.MINUTES)) {
                throw new IOException("The sandbox does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            last.destroyForcibly();
        }
    }

    /** What runs in that process. It ends when its input does, which is also the end of the test. */
    static final class Body {

        public static void main(String[] args) throws Exception {
            try (Sandbox _ = Sandbox.start(Settings.in(Path.of(args[0])).with(Hypervisor.QEMU))) {
                int read = System.in.read();
                System.out.println("End of input: " + read);
            }
        }
    }
}
