package io.nephele.sandbox.launcher;

import io.nephele.sandbox.standin.qemu.GuestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code make run}: starts a sandbox in {@code .sandbox}, says what to type next, and stops it at SIGINT or SIGTERM.
 *
 * <p>Environment: {@code RESET=1} starts over, {@code NEPHELE_KUBECONFIG} names a cluster that exists, {@code KEYCLOAK=0} goes without Keycloak.
 */
public final class Main {

    private static final String LOGIN = """

                kubectl --kubeconfig $NEPHELE_USER_KUBECONFIG auth whoami     # logs you in, as alice with password alice: docs/identity.md
            """;

    private Main() {}

    public static void main(String[] args) throws Exception {
        Path home = Settings.sourceTree();
        Path directory = home.resolve(".sandbox");
        Files.createDirectories(directory);
        try (FileChannel channel = FileChannel.open(
                        directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                System.err.println("A sandbox is running in " + directory + " already. Stop it with: make stop");
                System.exit(1);
            }
            Files.writeString(
                    directory.resolve("pid"),
                    Long.toString(ProcessHandle.current().pid()));
            if ("1".equals(System.getenv("RESET"))) {
                empty(directory);
            }
            Path existing = existingCluster();
            boolean keycloak = existing == null && !"0".equals(System.getenv("KEYCLOAK"));
            Hypervisor hypervisor = Hypervisor.of(System.getenv("HYPERVISOR"));
            run(new Settings(home, directory, true, existing, List.of(), keycloak, hypervisor));
        }
    }

    private static @Nullable Path existingCluster() {
        String kubeconfig = System.getenv("NEPHELE_KUBECONFIG");
        return kubeconfig == null || kubeconfig.isEmpty()
                ? null
                : Path.of(kubeconfig).toAbsolutePath();
    }

    private static void run(Settings settings) throws IOException, InterruptedException {
        var stop = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            stop.countDown();
            try {
                stopped.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        try (Sandbox sandbox = Sandbox.start(settings)) {
            System.out.println(welcome(sandbox));
            stop.await();
        } finally {
            Files.deleteIfExists(settings.directory().resolve("env"));
            Files.deleteIfExists(settings.directory().resolve("pid"));
            stopped.countDown();
        }
    }

    private static String welcome(Sandbox sandbox) {
        Settings settings = sandbox.settings();
        boolean existing = settings.kubeconfig() != null;
        return """

                The cloud is ready: facade %s, kubeconfig %s
                In another shell:

                    . .sandbox/env
                    aws ec2 create-key-pair --key-name alice --query KeyMaterial --output text > alice.pem; chmod 600 alice.pem
                    aws ec2 run-instances --image-id $(aws ec2 describe-images%s --query 'Images[0].ImageId' --output text) --instance-type t1.tiny --key-name alice
                    aws ec2 describe-instances
                %s    kubectl get nephele -A
                    kubectl apply -f docs/examples/instance.yaml && kubectl -n demo wait instance/web --for=condition=Ready
                %s
                Ctrl-C stops it; what you made is there at the next start. `make run RESET=1` starts over.""".formatted(
                        sandbox.endpoint(),
                        sandbox.kubeconfig(),
                        existing ? "" : " --filters Name=name,Values=" + GuestImages.TINY,
                        !existing && settings.hypervisor() == Hypervisor.QEMU ? shell(sandbox.guestHost()) : "",
                        settings.keycloak() ? LOGIN : "");
    }

    private static String shell(GuestHost guests) {
        return "    ssh -F " + guests.sshConfig()
                + " -i alice.pem user@i-...   # the file has the port of each guest\n";
    }

    /** Removes all state but the lock and the pid. */
    private static void empty(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            paths.sorted(Comparator.reverseOrder())
                    .filter(path -> !path.equals(directory)
                            && !path.equals(directory.resolve("lock"))
                            && !path.equals(directory.resolve("pid"))
                            && !path.equals(directory.resolve("sandbox.log")))
                    .forEach(path -> {
                        try {
                            Files.delete(path);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
    }
}
