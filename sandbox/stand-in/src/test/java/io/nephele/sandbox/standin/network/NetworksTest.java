package io.nephele.sandbox.standin.network;

import static io.nephele.sandbox.standin.network.Packets.BROADCAST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The switch and its gateway, with the guests played by the test. What must not arrive is shown by what arrives in its place. */
@Timeout(60)
class NetworksTest {

    private static final String A = "02:00:00:00:00:0a";
    private static final String B = "02:00:00:00:00:0b";
    private static final String C = "02:00:00:00:00:0c";

    @TempDir
    private Path directory;

    private Networks networks;

    @BeforeEach
    void open() {
        networks = new Networks(directory.resolve("net"), directory.resolve("logs"));
        Machine.needs("qemu-system-x86_64");
    }

    @AfterEach
    void close() {
        networks.close();
    }

    @Test
    void guests_of_one_network_reach_each_other_and_all_of_them_at_once() throws IOException {
        try (var a = Guest.at(networks.plug("red", A, "10.244.0.10"));
                var b = Guest.at(networks.plug("red", B, "10.244.0.11"));
                var c = Guest.at(networks.plug("red", C, "10.244.0.12"))) {
            a.announce(1);
            b.hearsNext(1);
            c.hearsNext(1);

            a.ping(b.mac, b.address);
            assertThat(b.next().sourceAddress()).isEqualTo(a.address);

            b.announce(2);
            c.hearsNext(2);
            a.hearsNext(2);
        }
    }

    @Test
    void guests_of_different_networks_share_nothing_though_their_addresses_are_the_same() throws IOException {
        try (var a = Guest.at(networks.plug("red", A, "10.244.0.10"));
                var b = Guest.at(networks.plug("red", B, "10.244.0.11"));
                var otherA = Guest.at(networks.plug("blue", A, "10.244.0.10"));
                var otherB = Guest.at(networks.plug("blue", B, "10.244.0.11"))) {
            a.announce(1);
            a.ping(b.mac, b.address);
            b.hearsNext(1);
            assertThat(b.next().isIpv4()).isTrue();

            otherA.announce(2);
            otherB.hearsNext(2);
            otherB.announce(3);
            otherA.hearsNext(3);
        }
    }

    @Test
    void what_does_not_come_from_the_addresses_of_its_port_is_dropped() throws IOException {
        try (var a = Guest.at(networks.plug("red", A, "10.244.0.10"));
                var b = Guest.at(networks.plug("red", B, "10.244.0.11"))) {
            int stranger = PodNetwork.guestAddress("10.244.0.99");
            a.send(Packets.ping(b.mac, b.mac + 1, a.address, b.address));
            a.send(Packets.ping(b.mac, a.mac, stranger, b.address));
            a.send(Packets.arp(BROADCAST, a.mac, 1, a.mac, stranger, 0, 7));
            a.send(Packets.arp(b.mac, a.mac, 2, a.mac, PodNetwork.ROUTER, b.mac, b.address));
            a.send(Packets.arp(BROADCAST, a.mac, 1, a.mac + 1, a.address, 0, 7));
            a.send(Packets.udp(BROADCAST, a.mac, 0, -1, 1, 2, new byte[8]));
            a.send(Packets.ethernet(BROADCAST, a.mac, 0x86dd, new byte[40]));
            a.send(Packets.ethernet(b.mac, a.mac, 0x0800, new byte[0]));
            a.send(new byte[3]);
            a.send(new byte[9000]);
            a.send(Packets.arp(BROADCAST, a.mac, 1, a.mac, 0, 0, 8));

            b.hearsNext(8);
        }
    }

    @Test
    void dhcp_is_answered_at_the_port_and_nobody_else_hears_of_it() throws IOException {
        try (var a = Guest.at(networks.plug("red", A, "10.244.0.10"));
                var b = Guest.at(networks.plug("red", B, "10.244.0.11"))) {
            a.send(Packets.dhcp(a.mac, 0, 1));
            Frame offer = a.next();
            assertThat(offer.i32(58)).isEqualTo(a.address);

            a.announce(1);
            b.hearsNext(1);
        }
    }

    @Test
    void a_guest_that_does_not_read_holds_up_nobody() throws IOException {
        try (var a = Guest.at(networks.plug("red", A, "10.244.0.10"));
                var deaf = Guest.deafAt(networks.plug("red", B, "10.244.0.11"));
                var c = Guest.at(networks.plug("red", C, "10.244.0.12"))) {
            byte[] big = Packets.udp(deaf.mac, a.mac, a.address, deaf.address, 1, 2, new byte[1400]);
            for (int i = 0; i < 5000; i++) {
                a.send(big);
            }
            a.announce(1);
            c.hearsNext(1);
        }
    }

    @Test
    void a_guest_that_is_started_again_connects_again_and_while_it_moves_it_is_connected_twice() throws IOException {
        Port port = networks.plug("red", A, "10.244.0.10");
        try (var b = Guest.at(networks.plug("red", B, "10.244.0.11"))) {
            try (var first = Guest.at(port)) {
                first.announce(1);
                b.hearsNext(1);
            }
            try (var target = Guest.at(port)) {
                try (var source = Guest.at(port)) {
                    source.announce(2);
                    b.hearsNext(2);
                    target.announce(3);
                    b.hearsNext(3);
                    b.announce(4);
                    source.hearsNext(4);
                    target.hearsNext(4);
                }
                b.announce(5);
                target.hearsNext(5);
            }
        }
    }

    @Test
    void an_interface_plugged_in_again_replaces_the_one_before() throws IOException {
        Port old = networks.plug("red", A, "10.244.0.10");
        try (var before = Guest.at(old);
                var b = Guest.at(networks.plug("red", B, "10.244.0.11"))) {
            before.announce(1);
            b.hearsNext(1);

            Port port = networks.plug("red", A, "10.244.0.12");
            assertThat(before.isCutOff()).isTrue();
            old.close();
            try (var after = Guest.at(port)) {
                after.announce(2);
                b.hearsNext(2);
            }
        }
    }

    @Test
    void the_address_of_another_guest_of_the_router_or_of_elsewhere_is_refused() {
        networks.plug("red", A, "10.244.0.10");

        assertThatThrownBy(() -> networks.plug("red", B, "10.244.0.10")).hasMessage("10.244.0.10 is in use");
        for (String address :
                List.of("10.244.0.0", "10.244.0.1", "10.244.0.3", "10.244.255.255", "10.245.0.9", "fd00::9")) {
            assertThatThrownBy(() -> networks.plug("red", B, address)).isInstanceOf(IllegalArgumentException.class);
        }
        for (String mac : List.of("01:00:00:00:00:0b", "02:00:00:00:0b", "router")) {
            assertThatThrownBy(() -> networks.plug("red", mac, "10.244.0.11"))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void the_last_port_takes_the_gateway_with_it() {
        Port a = networks.plug("red", A, "10.244.0.10");
        Port b = networks.plug("red", B, "10.244.0.11");
        a.close();
        assertThat(gateways()).hasSize(1);

        b.close();
        b.close();
        assertThat(gateways()).isEmpty();
        assertThat(a.socket().getParent()).isEmptyDirectory();
        assertThatThrownBy(() -> new Socket().connect(b.ssh())).isInstanceOf(IOException.class);
    }

    @Test
    void this_machine_reaches_ssh_of_more_guests_than_the_gateway_remembers_and_again_after_it_died() throws Exception {
        var ports = new ArrayList<Port>();
        var guests = new ArrayList<Guest>();
        for (int i = 0; i < 20; i++) {
            ports.add(networks.plug("red", "02:00:00:00:00:%02x".formatted(i), "10.244.%d.9".formatted(i)));
            guests.add(Guest.at(ports.get(i)));
        }
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 20; i++) {
                assertThat(banner(ports.get(i), guests.get(i), "SSH-2.0-guest" + i))
                        .isEqualTo("SSH-2.0-guest" + i);
            }
        }

        ProcessHandle gateway = gateways().getFirst();
        gateway.destroyForcibly();
        await().until(() -> gateways().stream().anyMatch(other -> other.pid() != gateway.pid()));
        Port last = networks.plug("red", A, "10.244.77.9");
        assertThat(banner(ports.get(19), guests.get(19), "SSH-2.0-again")).isEqualTo("SSH-2.0-again");
        assertThat(banner(last, Guest.at(last), "SSH-2.0-new")).isEqualTo("SSH-2.0-new");
        for (Guest guest : guests) {
            guest.close();
        }
    }

    @Test
    void a_guest_reaches_the_world_but_not_the_loopback_of_this_machine() throws Exception {
        InetAddress outside = Machine.addressOrSkip();
        try (var a = Guest.at(networks.plug("red", A, "10.244.0.10"));
                var loopback =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                var datagrams =
                        DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                var world = ServerSocketChannel.open().bind(new InetSocketAddress(outside, 0))) {
            for (String address : List.of(
                    "10.244.0.1",
                    "10.244.0.2",
                    "10.244.0.3",
                    "10.244.0.0",
                    "10.244.9.9",
                    "10.244.255.255",
                    "127.0.0.1",
                    "0.0.0.0")) {
                int to = PodNetwork.address(address);
                a.syn(to, port(loopback.getLocalAddress()));
                a.send(Packets.udp(
                        PodNetwork.ROUTER_MAC,
                        a.mac,
                        a.address,
                        to,
                        9,
                        port(datagrams.getLocalAddress()),
                        new byte[8]));
            }
            a.ping(PodNetwork.ROUTER_MAC, PodNetwork.ROUTER);
            a.syn(PodNetwork.address(outside.getHostAddress()), port(world.getLocalAddress()));

            assertThat(a.next(Frame::isIpv4).protocol()).as("the router's echo").isEqualTo(Frame.ICMP);
            Frame answer = a.next(Guest::isTcp);
            assertThat(answer.sourceAddress()).isEqualTo(PodNetwork.address(outside.getHostAddress()));
            assertThat(answer.u8(answer.transport() + 13)).as("SYN and ACK").isEqualTo(0x12);
            loopback.configureBlocking(false);
            datagrams.configureBlocking(false);
            assertThat(loopback.accept()).isNull();
            assertThat(datagrams.receive(ByteBuffer.allocate(8))).isNull();
        }
    }

    private static String banner(Port port, Guest guest, String banner) throws Exception {
        try (var client = new Socket()) {
            var serving = Thread.startVirtualThread(() -> guest.serveSsh(banner));
            client.connect(port.ssh());
            String heard = firstLine(client);
            serving.join();
            return heard;
        }
    }

    private static String firstLine(Socket client) throws IOException {
        client.setSoTimeout(20_000);
        return new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII)).readLine();
    }

    private static List<ProcessHandle> gateways() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive).toList();
    }

    private static int port(SocketAddress address) {
        return ((InetSocketAddress) address).getPort();
    }
}
