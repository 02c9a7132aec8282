package io.nephele.sandbox.standin.qemu;

import io.nephele.sandbox.standin.network.Networks;
import io.nephele.sandbox.standin.network.Port;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The machine that all guests run on, and where their files are.
 *
 * <p>How a guest is reached from here stands in a file of the form of {@code ~/.ssh/config}: {@code ssh -F <file> user@<name of the VMI>}.
 */
public final class GuestHost {

    private final Path directory;
    private final Path sockets;
    private final Path sshConfig;
    private final Acceleration acceleration;
    private final Networks networks;

    /** How to reach the guests, by namespace and name. */
    private final Map<String, String> reachable = new TreeMap<>();

    /**
     * A host without guests.
     *
     * @param directory for the logs of the guests; they go with their guests
     * @param sockets for their sockets; its path must be short
     * @param sshConfig is written when guests come and go
     */
    public GuestHost(Path directory, Path sockets, Path sshConfig, Acceleration acceleration, Networks networks) {
        this.directory = directory;
        this.sockets = sockets;
        this.sshConfig = sshConfig;
        this.acceleration = acceleration;
        this.networks = networks;
    }

    public Networks networks() {
        return networks;
    }

    public Acceleration acceleration() {
        return acceleration;
    }

    /** Starts the guest of a VMI. */
    public Guest start(String uid, Domain domain, Runnable changed) {
        return Guest.start(domain, acceleration.accelerator(), sockets.resolve(uid.substring(0, 8)), directory.resolve(uid), changed);
    }

    /** What belongs to a VMI is removed. */
    public void forget(String uid) {
        remove(sockets.resolve(uid.substring(0, 8)));
        remove(directory.resolve(uid));
    }

    private static void remove(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes known how a guest is reached. */
    public synchronized void tell(String namespace, String name, Port port) {
        reachable.put(
                namespace + "/" + name, """
                # project %s
                Host %s %s
                  HostName 127.0.0.1
                  Port %d
                  HostKeyAlias %s.%s
                """.formatted(namespace, name, port.address(), port.ssh().getPort(), name, namespace));
        write();
    }

    /** A guest is not to be reached any more. */
    public synchronized void untell(String namespace, String name) {
        reachable.remove(namespace + "/" + name);
        write();
    }

    private void write() {
        String all = reachable.values().stream().collect(Collectors.joining("\n")) + """

                Host *
                  UserKnownHostsFile %s
                  StrictHostKeyChecking accept-new
                  IdentitiesOnly yes
                  LogLevel ERROR
                """.formatted(sshConfig.resolveSibling("known_hosts"));
        try {
            Files.writeString(sshConfig, all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
