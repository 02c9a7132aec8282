package io.nephele.sandbox.standin.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Where one interface of a guest is plugged in: {@code -netdev stream,server=off,addr.type=unix,addr.path=}{@link #socket()}. The QEMU process may end and connect again,
 * and the two processes of a live migration may both be connected.
 */
public final class Port implements AutoCloseable {

    private final long mac;
    private final int address;
    private final Jack jack;
    private final int sshPort;
    private final Consumer<Port> unplug;

    Port(long mac, int address, Jack jack, int sshPort, Consumer<Port> unplug) {
        this.mac = mac;
        this.address = address;
        this.jack = jack;
        this.sshPort = sshPort;
        this.unplug = unplug;
    }

    /** The unix socket that listens for the guest's QEMU process. */
    public Path socket() {
        return jack.socket();
    }

    /** Where this machine reaches port 22 of the guest; the same as long as this is plugged. */
    public InetSocketAddress ssh() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), sshPort);
    }

    /** Cuts the guest off. The last port of a network takes the network with it. */
    @Override
    public void close() {
        unplug.accept(this);
    }

    long mac() {
        return mac;
    }

    int address() {
        return address;
    }

    void send(Frame frame) {
        jack.send(frame);
    }

    /**
     * Port security, as OVN has it: IPv4 and ARP with this port's own addresses, and nothing else, for the pod network has no IPv6. An ARP probe has no address yet
     * (RFC 5227).
     */
    boolean admits(Frame frame) {
        if (frame.isArp()) {
            return frame.arpSenderMac() == mac && (frame.arpSender() == address || frame.arpSender() == 0);
        }
        return frame.isIpv4() && frame.sourceAddress() == address;
    }

    void cut() throws IOException {
        jack.close();
    }
}
