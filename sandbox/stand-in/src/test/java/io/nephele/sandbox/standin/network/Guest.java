package io.nephele.sandbox.standin.network;

import static io.nephele.sandbox.standin.network.Packets.BROADCAST;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A guest without a machine: a connection to its port, as its QEMU process would have it. */
final class Guest implements AutoCloseable {

    private static final int SSH = 22;
    private static final int INFORM = 8;

    final long mac;
    final int address;
    private final SocketChannel channel;
    private final CountDownLatch seen = new CountDownLatch(1);
    private final BlockingQueue<Frame> received = new LinkedBlockingQueue<>();

    private Guest(SocketChannel channel, long mac, int address) {
        this.channel = channel;
        this.mac = mac;
        this.address = address;
    }

    /** Returns when the switch has seen it. */
    static Guest at(Port port) throws IOException {
        var guest = deafAt(port);
        Thread.startVirtualThread(guest::read);
        guest.send(Packets.dhcp(guest.mac, guest.address, INFORM));
        try {
            assertThat(guest.seen.await(20, TimeUnit.SECONDS))
                    .as("seen by the switch")
                    .isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return guest;
    }

    /** Never reads what it is sent. */
    static Guest deafAt(Port port) throws IOException {
        return new Guest(SocketChannel.open(UnixDomainSocketAddress.of(port.socket())), port.mac(), port.address());
    }

    private void read() {
        try (var in = new DataInputStream(Channels.newInputStream(channel))) {
            while (true) {
                byte[] frame = new byte[in.readInt()];
                in.readFully(frame);
                if (isAnswerToInform(Packets.frame(frame))) {
                    seen.countDown();
                } else {
                    received.add(Packets.frame(frame));
                }
            }
        } catch (IOException end) {
            received.add(Packets.frame(new byte[60])); // Nothing else has only zeros.
        }
    }

    void send(byte[] frame) {
        var out = ByteBuffer.allocate(4 + frame.length)
                .putInt(frame.length)
                .put(frame)
                .flip();
        try {
            while (out.hasRemaining()) {
                channel.write(out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says something to everybody: a gratuitous ARP that names {@code number}. */
    void announce(int number) {
        send(Packets.arp(BROADCAST, mac, 1, mac, address, 0, number));
    }

    void ping(long toMac, int to) {
        send(Packets.ping(toMac, mac, address, to));
    }

    void syn(int to, int port) {
        send(Packets.tcp(PodNetwork.ROUTER_MAC, mac, address, to, 40000, port, 1, 0, Packets.SYN, ""));
    }

    Frame next() {
        try {
            Frame frame = received.poll(20, TimeUnit.SECONDS);
            assertThat(frame).as("a frame within 20 s").isNotNull();
            return frame;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The next frame that matters. Answers what a guest's kernel would. */
    Frame next(Predicate<Frame> wanted) {
        while (true) {
            Frame frame = next();
            if (wanted.test(frame)) {
                return frame;
            }
            if (frame.isArp() && frame.u16(20) == 1 && frame.i32(38) == address) {
                send(Packets.arp(frame.source(), mac, 2, mac, address, frame.source(), frame.arpSender()));
            }
        }
    }

    /** The announcement {@code number}, before any other frame. */
    void hearsNext(int number) {
        Frame frame = next();
        assertThat(frame.isArp()).isTrue();
        assertThat(frame.i32(38)).isEqualTo(number);
    }

    boolean isCutOff() {
        return next(frame -> !frame.isArp() && !frame.isIpv4()).source() == 0;
    }

    /** Accepts one connection to port 22 and says {@code banner}. */
    void serveSsh(String banner) {
        Frame syn = next(frame -> isTcp(frame) && frame.destinationPort() == SSH && frame.opensConnection());
        int port = syn.u16(syn.transport());
        int next = syn.i32(syn.transport() + 4) + 1;
        send(Packets.tcp(syn.source(), mac, address, syn.sourceAddress(), SSH, port, 1000, next, 0x12, ""));
        next(frame -> isTcp(frame) && frame.u16(frame.transport()) == port && frame.i32(frame.transport() + 8) == 1001);
        send(Packets.tcp(
                syn.source(),
                mac,
                address,
                syn.sourceAddress(),
                SSH,
                port,
                1001,
                next,
                Packets.PSH_ACK,
                banner + "\r\n"));
    }

    /** No other answer of DHCP comes without an address. */
    private static boolean isAnswerToInform(Frame frame) {
        return frame.isIpv4() && frame.carries(Frame.UDP, 8) && frame.destinationPort() == 68 && frame.i32(58) == 0;
    }

    static boolean isTcp(Frame frame) {
        return frame.isIpv4() && frame.carries(Frame.TCP, 20);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
