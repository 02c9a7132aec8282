package io.nephele.sandbox.standin.network;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;

/**
 * The networks of this machine's guests: one per project, with nothing between them. All have the addresses of the pod network, 10.244.0.0/16, with the router
 * 10.244.0.1, where the world begins, and the name server 10.244.0.3.
 */
public final class Networks implements AutoCloseable {

    /** What {@code sun_path} holds before its terminating zero, less the longest name of a socket. */
    private static final int MAX_PATH = 107 - "/1000000.net".length();

    private final Path sockets;
    private final Path logs;
    private final Map<String, Network> networks = new HashMap<>();
    private int socketsMade;

    /**
     * @param sockets where the unix sockets are made, a directory of nobody else; its path must be short
     * @param logs where the output of the gateways goes
     */
    public Networks(Path sockets, Path logs) {
        this.sockets = sockets.toAbsolutePath();
        this.logs = logs;
        if (this.sockets.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH) {
            throw new IllegalArgumentException(
                    this.sockets + " is too long for unix sockets: at most " + MAX_PATH + " bytes");
        }
        try {
            Files.createDirectories(this.sockets);
            // Whoever can connect to the socket of a port is its guest.
            Files.setPosixFilePermissions(this.sockets, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Plugs an interface in; the first of a network starts the network's gateway. An interface that is plugged in already is replaced: what is connected to the old port is
     * cut off.
     *
     * @param network the project's namespace
     * @param mac as in {@code 02:00:00:00:00:01}
     * @param address IPv4, of the pod network, and of nobody else in this network
     * @throws UncheckedIOException if the gateway does not start, or has just died: another attempt may succeed
     */
    public synchronized Port plug(String network, String mac, String address) {
        long guestMac = PodNetwork.guestMac(mac);
        int guestAddress = PodNetwork.guestAddress(address);
        try {
            Network plugged = networks.get(network);
            if (plugged == null) {
                plugged = new Network(network, sockets, nextName(), logs.resolve("gateway-" + network + ".log"));
                networks.put(network, plugged);
            }
            try {
                Port old = plugged.port(guestMac);
                if (old != null) {
                    plugged.unplug(old);
                }
                return plugged.plug(
                        guestMac, guestAddress, sockets.resolve(nextName() + ".net"), port -> unplug(network, port));
            } finally {
                endIfEmpty(network, plugged);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void unplug(String network, Port port) {
        Network plugged = networks.get(network);
        if (plugged == null || plugged.port(port.mac()) != port) {
            return; // It has been closed or replaced before.
        }
        try {
            plugged.unplug(port);
            endIfEmpty(network, plugged);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void endIfEmpty(String name, Network network) throws IOException {
        if (network.isEmpty()) {
            networks.remove(name);
            network.close();
        }
    }

    private String nextName() {
        return Integer.toString(++socketsMade);
    }

    @Override
    public synchronized void close() {
        try {
            for (Network network : networks.values()) {
                network.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            networks.clear();
        }
    }
}
