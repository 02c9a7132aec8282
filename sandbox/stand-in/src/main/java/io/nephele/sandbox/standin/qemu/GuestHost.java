package io.nephele.sandbox.standin.qemu;

import com.sun.management.OperatingSystemMXBean;
import io.nephele.sandbox.standin.cdi.Cdi;
import io.nephele.sandbox.standin.network.Networks;
import io.nephele.sandbox.standin.storage.DiskStore;
import io.nephele.sandbox.standin.storage.OpenDisks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The machine that all guests run on, with their disks and networks.
 *
 * <p>How a guest is reached from here stands in a file of the form of {@code ~/.ssh/config}: {@code ssh -F <file> user@<name of the VMI>}.
 */
public final class GuestHost implements OpenDisks, AutoCloseable {

    /** A guest that syncs its disks and unmounts them takes a few seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final OperatingSystemMXBean MACHINE =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private final Path directory;
    private final Path sockets;
    private final Acceleration acceleration;
    private final Networks networks;
    private final DiskStore disks;
    private final Map<String, Guest> guests = new ConcurrentHashMap<>();

    /** How to reach the guests, by namespace and name. */
    private final Map<String, String> reachable = new TreeMap<>();

    /**
     * A host without guests.
     *
     * @param directory holds disks, which stay, and logs, which go with their guests
     * @param acceleration how the processors of the guests are run
     */
    public GuestHost(Path directory, Acceleration acceleration) throws IOException {
        this.directory = Files.createDirectories(directory.toAbsolutePath());
        this.acceleration = acceleration;
        sockets = newSocketFolder(directory.resolve("sockets"));
        networks = new Networks(sockets.resolve("net"), directory.resolve("logs"));
        disks = DiskStore.open(directory.resolve("disks"), Cdi.LOCAL_CLASSES, this);
        write();
    }

    /** The path of a socket must be short. A link says where the folder is, so that one left by a crash is found. */
    private static Path newSocketFolder(Path link) throws IOException {
        if (Files.isSymbolicLink(link)) {
            remove(Files.readSymbolicLink(link));
            Files.delete(link);
        }
        return Files.readSymbolicLink(Files.createSymbolicLink(link, Files.createTempDirectory("nephele-")));
    }

    /** The memory, in bytes, that the guests of one of so many nodes may have. */
    public long memoryOf(int nodes) {
        // The other half is for the rest of the cloud and for the file cache.
        return MACHINE.getTotalMemorySize() / 2 / nodes;
    }

    public Acceleration acceleration() {
        return acceleration;
    }

    public Networks networks() {
        return networks;
    }

    public DiskStore disks() {
        return disks;
    }

    /** The file for ssh. */
    public Path sshConfig() {
        return directory.resolve("ssh_config");
    }

    /** Starts the guest of a VMI. */
    public Guest start(String uid, Domain domain, Runnable changed) {
        Guest guest = Guest.start(domain, acceleration.accelerator(), socketsOf(uid), directory.resolve(uid), changed);
        guests.put(uid, guest);
        return guest;
    }

    /** The guest of a VMI; null if none was started. */
    public @Nullable Guest guest(String uid) {
        return guests.get(uid);
    }

    private Path socketsOf(String uid) {
        return sockets.resolve(uid.substring(0, 8));
    }

    /** Ends the guest of a VMI, and removes what belongs to it. */
    public void forget(String uid) {
        Guest guest = guests.remove(uid);
        if (guest != null) {
            guest.close();
        }
        remove(socketsOf(uid));
        remove(directory.resolve(uid));
    }

    @Override
    public boolean resize(Path disk, long bytes) throws IOException {
        for (Guest guest : guests.values()) {
            if (guest.state() == Guest.State.RUNNING && guest.uses(disk)) {
                guest.resize(disk, bytes);
                return true;
            }
        }
        return false;
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
    public synchronized void tell(String namespace, String name, String address, int sshPort) {
        reachable.put(namespace + "/" + name, """
                # project %s
                Host %s %s
                  HostName 127.0.0.1
                  Port %d
                  HostKeyAlias %s.%s
                """.formatted(namespace, name, address, sshPort, name, namespace));
        write();
    }

    /** A guest is not to be reached any more. */
    public synchronized void untell(String namespace, String name) {
        if (reachable.remove(namespace + "/" + name) != null) {
            write();
        }
    }

    private void write() {
        String all = reachable.values().stream().collect(Collectors.joining("\n"))
                + """

                Host *
                  UserKnownHostsFile %s
                  StrictHostKeyChecking accept-new
                  IdentitiesOnly yes
                  LogLevel ERROR
                """.formatted(directory.resolve("known_hosts"));
        try {
            Files.writeString(sshConfig(), all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Switches all guests off, and pulls the plug of those that take long. */
    @Override
    public void close() {
        var last = List.copyOf(guests.values());
        last.forEach(Guest::tryPowerDown);
        long limit = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (System.nanoTime() < limit
                    && !last.stream().allMatch(g -> g.state().isFinal())) {
                Thread.sleep(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        last.forEach(Guest::close);
        networks.close();
        remove(sockets);
        try {
            Files.deleteIfExists(directory.resolve("sockets"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
