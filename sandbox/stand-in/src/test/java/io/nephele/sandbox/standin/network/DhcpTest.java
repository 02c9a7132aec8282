package io.nephele.sandbox.standin.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DhcpTest {

    private static final long MAC = PodNetwork.guestMac("02:00:00:00:00:01");
    private static final int ADDRESS = PodNetwork.guestAddress("10.244.7.9");
    private static final int OTHER = PodNetwork.guestAddress("10.244.7.10");

    @Test
    void a_client_that_asks_is_offered_the_address_of_its_port_and_how_to_use_it() {
        Frame offer = answer(Packets.dhcp(MAC, 0, 1));

        assertThat(offer.destination()).isEqualTo(MAC);
        assertThat(offer.source()).isEqualTo(PodNetwork.ROUTER_MAC);
        assertThat(offer.isIpv4()).isTrue();
        assertThat(Packets.checksum(ip(offer), 20, 0))
                .as("checksum of the header")
                .isZero();
        assertThat(offer.sourceAddress()).isEqualTo(PodNetwork.ROUTER);
        assertThat(offer.destinationAddress()).isEqualTo(ADDRESS);
        assertThat(offer.destinationPort()).isEqualTo(68);
        assertThat(offer.length()).as("300 bytes of BOOTP").isGreaterThanOrEqualTo(42 + 300);
        assertThat(offer.u8(42)).as("a reply").isEqualTo(2);
        assertThat(offer.i32(46)).as("transaction").isEqualTo(0x1234abcd);
        assertThat(offer.i32(58)).as("your address").isEqualTo(ADDRESS);
        assertThat(offer.mac(70)).isEqualTo(MAC);
        assertThat(options(offer))
                .containsEntry(53, 2)
                .containsEntry(54, PodNetwork.ROUTER)
                .containsEntry(1, 0xffff0000)
                .containsEntry(3, PodNetwork.address("10.244.0.1"))
                .containsEntry(6, PodNetwork.address("10.244.0.3"))
                .containsEntry(26, 1500)
                .containsKey(51);
    }

    @Test
    void the_offer_is_granted_when_the_client_takes_it_and_when_it_renews_it() {
        assertThat(answer(Packets.dhcp(
                        MAC, 0, 3, both(Packets.option(50, ADDRESS), Packets.option(54, PodNetwork.ROUTER)))))
                .satisfies(ack -> assertThat(options(ack)).containsEntry(53, 5));
        assertThat(answer(Packets.dhcp(MAC, ADDRESS, 3))).satisfies(ack -> {
            assertThat(options(ack)).containsEntry(53, 5);
            assertThat(ack.i32(58)).isEqualTo(ADDRESS);
        });
    }

    @Test
    void a_client_that_remembers_another_address_is_told_to_forget_it() {
        Frame nak = answer(Packets.dhcp(MAC, 0, 3, Packets.option(50, OTHER)));

        assertThat(options(nak))
                .containsEntry(53, 6)
                .containsEntry(54, PodNetwork.ROUTER)
                .doesNotContainKey(51);
        assertThat(nak.destination()).isEqualTo(Packets.BROADCAST);
        assertThat(nak.destinationAddress()).isEqualTo(-1);
        assertThat(nak.i32(58)).isZero();
    }

    @Test
    void a_client_that_has_an_address_is_told_the_rest_without_a_lease() {
        Frame ack = answer(Packets.dhcp(MAC, ADDRESS, 8));

        assertThat(options(ack))
                .containsEntry(53, 5)
                .containsEntry(6, PodNetwork.DNS)
                .doesNotContainKey(51);
        assertThat(ack.i32(58)).isZero();
    }

    @Test
    void there_is_no_answer_to_releases_to_other_servers_clients_and_to_what_is_not_dhcp() {
        assertThat(Dhcp.answer(Packets.frame(Packets.dhcp(MAC, ADDRESS, 7)), MAC, ADDRESS))
                .isNull();
        assertThat(Dhcp.answer(Packets.frame(Packets.dhcp(MAC, 0, 3, Packets.option(54, OTHER))), MAC, ADDRESS))
                .isNull();
        assertThat(Dhcp.answer(Packets.frame(Packets.dhcp(MAC + 1, 0, 1)), MAC, ADDRESS))
                .isNull();
        assertThat(Dhcp.answer(Packets.frame(Packets.udp(-1, MAC, 0, -1, 68, 67, new byte[100])), MAC, ADDRESS))
                .isNull();
        byte[] endless = Packets.dhcp(MAC, 0, 1, (byte) 12, (byte) 200, (byte) 'x');
        assertThat(options(answer(endless)))
                .as("an option longer than the message")
                .containsEntry(53, 2);
    }

    private static Frame answer(byte[] request) {
        Frame frame = Packets.frame(request);
        assertThat(Dhcp.isRequest(frame)).isTrue();
        Frame answer = Dhcp.answer(frame, MAC, ADDRESS);
        assertThat(answer).isNotNull();
        return answer;
    }

    private static Map<Integer, Integer> options(Frame frame) {
        var options = new HashMap<Integer, Integer>();
        for (int at = 42 + 240; frame.u8(at) != 255; at += 2 + frame.u8(at + 1)) {
            options.put(
                    frame.u8(at),
                    switch (frame.u8(at + 1)) {
                        case 1 -> frame.u8(at + 2);
                        case 2 -> frame.u16(at + 2);
                        default -> frame.i32(at + 2);
                    });
        }
        return options;
    }

    private static byte[] ip(Frame frame) {
        return Arrays.copyOfRange(frame.buffer().array(), 14, 34);
    }

    private static byte[] both(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }
}
