package io.nephele.sandbox.standin.network;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Frames as a guest's network stack builds and reads them. */
final class Packets {

    static final long BROADCAST = 0xffff_ffff_ffffL;
    static final int SYN = 0x02;
    static final int PSH_ACK = 0x18;

    private Packets() {}

    static byte[] ethernet(long to, long from, int type, byte[] payload) {
        var out = ByteBuffer.allocate(Math.max(60, 14 + payload.length));
        mac(mac(out, to), from).putShort((short) type).put(payload);
        return out.array();
    }

    /** An ARP request (1) or reply (2), whose sender may lie. */
    static byte[] arp(long to, long from, int operation, long senderMac, int sender, long targetMac, int target) {
        var out = ByteBuffer.allocate(28)
                .putShort((short) 1)
                .putShort((short) 0x0800)
                .putShort((short) 0x0604);
        mac(out.putShort((short) operation), senderMac).putInt(sender);
        mac(out, targetMac).putInt(target);
        return ethernet(to, from, 0x0806, out.array());
    }

    static byte[] ipv4(long toMac, long fromMac, int from, int to, int protocol, byte[] payload) {
        var out = ByteBuffer.allocate(20 + payload.length);
        out.putInt(0x45000000 | (20 + payload.length))
                .putInt(0x4000)
                .put((byte) 64)
                .put((byte) protocol);
        out.putShort((short) 0).putInt(from).putInt(to).put(payload);
        out.putShort(10, checksum(out.array(), 20, 0));
        return ethernet(toMac, fromMac, 0x0800, out.array());
    }

    static byte[] ping(long toMac, long fromMac, int from, int to) {
        var echo = ByteBuffer.allocate(16).put((byte) 8);
        echo.putShort(2, checksum(echo.array(), 16, 0));
        return ipv4(toMac, fromMac, from, to, 1, echo.array());
    }

    static byte[] udp(long toMac, long fromMac, int from, int to, int fromPort, int toPort, byte[] payload) {
        var out = ByteBuffer.allocate(8 + payload.length)
                .putShort((short) fromPort)
                .putShort((short) toPort);
        out.putShort((short) (8 + payload.length)).putShort((short) 0).put(payload);
        return ipv4(toMac, fromMac, from, to, 17, out.array());
    }

    static byte[] tcp(
            long toMac,
            long fromMac,
            int from,
            int to,
            int fromPort,
            int toPort,
            int sequence,
            int acknowledged,
            int flags,
            String text) {
        byte[] data = text.getBytes(StandardCharsets.US_ASCII);
        var out =
                ByteBuffer.allocate(20 + data.length).putShort((short) fromPort).putShort((short) toPort);
        out.putInt(sequence)
                .putInt(acknowledged)
                .putShort((short) (0x5000 | flags))
                .putShort((short) 8192)
                .putInt(0)
                .put(data);
        int pseudoHeader = (from >>> 16) + (from & 0xffff) + (to >>> 16) + (to & 0xffff) + 6 + out.capacity();
        out.putShort(16, checksum(out.array(), out.capacity(), pseudoHeader));
        return ipv4(toMac, fromMac, from, to, 6, out.array());
    }

    /** A DHCP message of a client; {@code options} after the message type. */
    static byte[] dhcp(long mac, int current, int type, byte... options) {
        var out = ByteBuffer.allocate(236 + 4 + 4 + options.length);
        out.putInt(0x01010600).putInt(0x1234abcd).putInt(0).putInt(current);
        mac(out.position(28), mac);
        out.position(236)
                .putInt(0x63825363)
                .put((byte) 53)
                .put((byte) 1)
                .put((byte) type)
                .put(options)
                .put((byte) 255);
        return udp(BROADCAST, mac, current, -1, 68, 67, out.array());
    }

    /** A DHCP option with an address in it. */
    static byte[] option(int number, int address) {
        return ByteBuffer.allocate(6)
                .put((byte) number)
                .put((byte) 4)
                .putInt(address)
                .array();
    }

    static Frame frame(byte[] bytes) {
        return new Frame(ByteBuffer.wrap(bytes), 0, bytes.length);
    }

    /** The text in a TCP segment. */
    static String text(Frame frame) {
        int start = frame.transport() + (frame.u8(frame.transport() + 12) >> 4) * 4;
        return new String(
                Arrays.copyOfRange(frame.buffer().array(), start, 14 + frame.u16(16)), StandardCharsets.US_ASCII);
    }

    static short checksum(byte[] bytes, int length, int start) {
        int sum = start;
        for (int i = 0; i < length; i++) {
            sum += (bytes[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (short) ~sum;
    }

    private static ByteBuffer mac(ByteBuffer out, long mac) {
        return out.putShort((short) (mac >>> 32)).putInt((int) mac);
    }
}
