package io.nephele.sandbox.standin.network;

import java.nio.ByteBuffer;

/** An Ethernet frame where it was received, not copied: good until its reader takes the next one. Only ask for parts of a header after asking whether it is there. */
record Frame(ByteBuffer buffer, int start, int length) {

    static final int HEADER = 14;
    static final int MAX_LENGTH = HEADER + PodNetwork.MTU;

    static final int ICMP = 1;
    static final int TCP = 6;
    static final int UDP = 17;

    private static final int IPV4_TYPE = 0x0800;
    private static final int ARP_TYPE = 0x0806;

    /** A frame of its own, made of all bytes of {@code buffer} up to its position. */
    static Frame of(ByteBuffer buffer) {
        return new Frame(buffer, 0, buffer.position());
    }

    boolean hasValidLength() {
        return length >= HEADER && length <= MAX_LENGTH;
    }

    long destination() {
        return mac(0);
    }

    long source() {
        return mac(6);
    }

    /** Goes to many: broadcast or multicast. */
    boolean isToGroup() {
        return (u8(0) & 1) != 0;
    }

    boolean isArp() {
        return u16(12) == ARP_TYPE
                && length >= HEADER + 28
                && u16(14) == 1
                && u16(16) == IPV4_TYPE
                && u16(18) == 0x0604;
    }

    long arpSenderMac() {
        return mac(22);
    }

    int arpSender() {
        return i32(28);
    }

    boolean isIpv4() {
        return u16(12) == IPV4_TYPE
                && length >= HEADER + 20
                && u8(14) >> 4 == 4
                && u8(14) >= 0x45
                && length >= transport();
    }

    int protocol() {
        return u8(23);
    }

    int sourceAddress() {
        return i32(26);
    }

    int destinationAddress() {
        return i32(30);
    }

    /** A part of a datagram: its ports cannot be relied on, or are not there. */
    boolean isFragment() {
        return (u16(20) & 0x3fff) != 0;
    }

    /** Where the payload of the IPv4 packet begins. */
    int transport() {
        return HEADER + (u8(14) & 0xf) * 4;
    }

    /** Unfragmented, and of this protocol with a whole header of {@code size} bytes. */
    boolean carries(int protocol, int size) {
        return protocol() == protocol && !isFragment() && length >= transport() + size;
    }

    int destinationPort() {
        return u16(transport() + 2);
    }

    /** A TCP segment with SYN and without ACK. */
    boolean opensConnection() {
        return (u8(transport() + 13) & 0x12) == 0x02;
    }

    int u8(int offset) {
        return buffer.get(start + offset) & 0xff;
    }

    int u16(int offset) {
        return buffer.getShort(start + offset) & 0xffff;
    }

    int i32(int offset) {
        return buffer.getInt(start + offset);
    }

    long mac(int offset) {
        return ((long) u16(offset) << 32) | (i32(offset + 2) & 0xffff_ffffL);
    }
}
