package io.nephele.sandbox.standin.network;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A unix socket where the QEMU process of one port connects, as often as it is started. While a guest moves from one process to another both are connected: both get
 * everything, and only the one whose guest runs sends.
 */
final class Jack implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Jack.class);

    private final Path socket;
    private final ServerSocketChannel server;
    private final Set<Cable> cables = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Jack(Path socket, Consumer<Frame> receiver) throws IOException {
        this.socket = socket;
        this.server = listen(socket);
        Thread.ofVirtual().name("jack").start(() -> accept(receiver));
    }

    /** Listens on a unix socket in the place of whatever was left there. */
    static ServerSocketChannel listen(Path socket) throws IOException {
        Files.deleteIfExists(socket);
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            return server.bind(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            server.close();
            throw new IOException("Cannot listen on " + socket, e);
        }
    }

    private void accept(Consumer<Frame> receiver) {
        try {
            while (true) {
                var cable = new Cable(server.accept());
                cables.add(cable);
                Thread.ofVirtual().name("cable-reader").start(() -> {
                    cable.read(receiver);
                    cables.remove(cable);
                });
                if (closed) {
                    cable.close();
                }
            }
        } catch (IOException e) {
            if (!closed) {
                LOG.error("Nobody can connect to {} any more", socket, e);
            }
        }
    }

    void send(Frame frame) {
        for (Cable cable : cables) {
            cable.send(frame);
        }
    }

    Path socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
        cables.forEach(Cable::close);
        Files.deleteIfExists(socket);
    }
}
