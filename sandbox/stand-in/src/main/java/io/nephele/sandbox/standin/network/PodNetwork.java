package io.nephele.sandbox.standin.network;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The addresses every project sees: one pod network with a router and a name server in it. IPv4 addresses are ints and MACs the low 48 bits of a long, in the order
 * in which they are sent.
 */
final class PodNetwork {

    static final int MTU = 1500;
    static final int MASK = 0xffff0000;
    static final int ROUTER = address("10.244.0.1");
    static final int DNS = address("10.244.0.3");
    static final int NETWORK = ROUTER & MASK;
    private static final int BROADCAST = NETWORK | ~MASK;

    /** QEMU's user network makes its MACs of 52:55 and the IPv4 address that answers. */
    static final long ROUTER_MAC = 0x5255_0000_0000L | ROUTER;

    static final long DNS_MAC = 0x5255_0000_0000L | DNS;

    private PodNetwork() {}

    static boolean contains(int address) {
        return (address & MASK) == NETWORK;
    }

    /** The address of a guest. */
    static int guestAddress(String text) {
        int address = address(text);
        if (!contains(address) || address == NETWORK || address == BROADCAST || address == ROUTER || address == DNS) {
            throw new IllegalArgumentException(text + " is not an address for a guest of the pod network");
        }
        return address;
    }

    static int address(String text) {
        if (InetAddress.ofLiteral(text) instanceof Inet4Address address) {
            return ByteBuffer.wrap(address.getAddress()).getInt();
        }
        throw new IllegalArgumentException(text + " is not an IPv4 address");
    }

    static String text(int address) {
        return "%d.%d.%d.%d".formatted(address >>> 24, address >>> 16 & 0xff, address >>> 8 & 0xff, address & 0xff);
    }

    /** The MAC of a guest, as in {@code 02:00:00:00:00:01}. */
    static long guestMac(String text) {
        byte[] bytes = HexFormat.ofDelimiter(":").parseHex(text);
        if (bytes.length != 6 || (bytes[0] & 1) != 0) {
            throw new IllegalArgumentException(text + " is not the MAC of one interface");
        }
        return ByteBuffer.allocate(8).putShort((short) 0).put(bytes).getLong(0);
    }
}
