package io.nephele.sandbox.standin.network;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The switch of one network. It knows what is plugged in, so it learns nothing: what goes to an unknown address is dropped, and so is what does not come from the
 * addresses of its port. Frames are handed on by the thread that reads the sender's socket.
 */
final class Network implements AutoCloseable {

    private final Map<Long, Port> ports = new ConcurrentHashMap<>();
    private final Gateway gateway;

    Network(String name, Path sockets, String prefix, Path log) throws IOException {
        gateway = new Gateway("gateway of " + name, sockets, prefix, log, this::fromGateway);
    }

    Port plug(long mac, int address, Path socket, Consumer<Port> unplug) throws IOException {
        if (ports.values().stream().anyMatch(port -> port.address() == address)) {
            throw new IllegalArgumentException(PodNetwork.text(address) + " is in use");
        }
        int ssh = gateway.forward(address);
        try {
            var port = new Port(mac, address, new Jack(socket, frame -> fromGuest(mac, frame)), ssh, unplug);
            ports.put(mac, port);
            return port;
        } catch (IOException e) {
            gateway.unforward(ssh);
            throw e;
        }
    }

    @Nullable Port port(long mac) {
        return ports.get(mac);
    }

    void unplug(Port port) throws IOException {
        ports.remove(port.mac(), port);
        port.cut();
        gateway.unforward(port.ssh().getPort());
    }

    boolean isEmpty() {
        return ports.isEmpty();
    }

    private void fromGuest(long mac, Frame frame) {
        Port from = ports.get(mac);
        if (from == null || frame.source() != mac) {
            return;
        }
        if (Dhcp.isRequest(frame)) {
            Frame answer = Dhcp.answer(frame, mac, from.address());
            if (answer != null) {
                from.send(answer);
            }
        } else if (from.admits(frame)) {
            forward(from, frame);
        }
    }

    private void forward(Port from, Frame frame) {
        long to = frame.destination();
        if (frame.isToGroup()) {
            sendToAllBut(from, frame);
            gateway.send(frame);
        } else if (to == PodNetwork.ROUTER_MAC || to == PodNetwork.DNS_MAC) {
            gateway.send(frame);
        } else if (to != from.mac()) {
            sendTo(to, frame);
        }
    }

    private void fromGateway(Frame frame) {
        if (frame.isToGroup()) {
            sendToAllBut(null, frame);
        } else {
            sendTo(frame.destination(), frame);
        }
    }

    private void sendTo(long mac, Frame frame) {
        Port port = ports.get(mac);
        if (port != null) {
            port.send(frame);
        }
    }

    private void sendToAllBut(@Nullable Port sender, Frame frame) {
        for (Port port : ports.values()) {
            if (port != sender) {
                port.send(frame);
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (Port port : ports.values()) {
            port.cut();
        }
        ports.clear();
        gateway.close();
    }
}
