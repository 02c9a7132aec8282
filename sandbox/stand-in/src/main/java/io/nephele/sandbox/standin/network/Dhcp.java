package io.nephele.sandbox.standin.network;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The DHCP server of a port, which knows one client and one address (RFC 2131). The switch answers by itself, as OVN does, so that no request reaches anybody else. */
final class Dhcp {

    private static final int SERVER_PORT = 67;
    private static final int CLIENT_PORT = 68;
    private static final int UDP_HEADER = 8;
    private static final int BOOTP_HEADER = 236;
    private static final int BOOTP = Frame.HEADER + 20 + UDP_HEADER;
    private static final int COOKIE = 0x63825363;
    /** The address stays with its guest; what ends sooner only costs frames. */
    private static final Duration LEASE = Duration.ofDays(365);

    private static final int NONE = 0;
    private static final int DISCOVER = 1;
    private static final int OFFER = 2;
    private static final int REQUEST = 3;
    private static final int ACK = 5;
    private static final int NAK = 6;
    private static final int INFORM = 8;

    private static final int MASK = 1;
    private static final int ROUTER = 3;
    private static final int NAME_SERVER = 6;
    private static final int INTERFACE_MTU = 26;
    private static final int REQUESTED_ADDRESS = 50;
    private static final int LEASE_TIME = 51;
    private static final int MESSAGE_TYPE = 53;
    private static final int SERVER_ID = 54;
    private static final int END = 255;

    private Dhcp() {}

    static boolean isRequest(Frame frame) {
        return frame.isIpv4() && frame.carries(Frame.UDP, UDP_HEADER) && frame.destinationPort() == SERVER_PORT;
    }

    /** What the client with this MAC and address is told; null where it is told nothing. */
    static @Nullable Frame answer(Frame request, long mac, int address) {
        int bootp = request.transport() + UDP_HEADER;
        int options = bootp + BOOTP_HEADER + 4;
        if (request.length() < options
                || request.u8(bootp) != 1
                || request.mac(bootp + 28) != mac
                || request.i32(options - 4) != COOKIE) {
            return null;
        }
        int current = request.i32(bootp + 12);
        Map<Integer, Integer> asked = options(request, options);
        int type = asked.getOrDefault(MESSAGE_TYPE, 0);
        int answer = switch (type) {
            case DISCOVER -> OFFER;
            case INFORM -> ACK;
            case REQUEST -> {
                if (asked.getOrDefault(SERVER_ID, PodNetwork.ROUTER) != PodNetwork.ROUTER) {
                    yield NONE; // It took the offer of another server.
                }
                yield asked.getOrDefault(REQUESTED_ADDRESS, current) == address ? ACK : NAK;
            }
            default -> NONE;
        };
        if (answer == NONE) {
            return null;
        }
        boolean wantsBroadcast = (request.u16(bootp + 10) & 0x8000) != 0;
        boolean broadcast = answer == NAK || (current == 0 && wantsBroadcast);

        var out = ByteBuffer.allocate(Frame.MAX_LENGTH);
        ethernet(out, broadcast ? -1 : mac);
        out.position(BOOTP);
        out.putInt(0x02010600).putInt(request.i32(bootp + 4)).putInt(request.u16(bootp + 10));
        out.putInt(answer == NAK ? 0 : current);
        out.putInt(answer == NAK || type == INFORM ? 0 : address).putInt(0).putInt(0);
        out.putShort((short) (mac >>> 32)).putInt((int) mac);
        out.position(BOOTP + BOOTP_HEADER);
        out.putInt(COOKIE);
        out.put((byte) MESSAGE_TYPE).put((byte) 1).put((byte) answer);
        option(out, SERVER_ID, PodNetwork.ROUTER);
        if (answer != NAK) {
            option(out, MASK, PodNetwork.MASK);
            option(out, ROUTER, PodNetwork.ROUTER);
            option(out, NAME_SERVER, PodNetwork.DNS);
            out.put((byte) INTERFACE_MTU).put((byte) 2).putShort((short) PodNetwork.MTU);
            if (type != INFORM) {
                option(out, LEASE_TIME, (int) LEASE.toSeconds());
            }
        }
        out.put((byte) END);
        // BOOTP has 64 bytes of options at least (RFC 951); some clients still count.
        out.position(Math.max(out.position(), BOOTP + BOOTP_HEADER + 64));
        ipv4AndUdp(out, broadcast ? -1 : current != 0 ? current : address);
        return Frame.of(out);
    }

    /** The options whose values fit an int, by number. */
    private static Map<Integer, Integer> options(Frame request, int start) {
        var options = new HashMap<Integer, Integer>();
        int at = start;
        while (at + 1 < request.length() && request.u8(at) != END) {
            if (request.u8(at) == 0) {
                at++;
                continue;
            }
            int size = request.u8(at + 1);
            if (at + 2 + size > request.length()) {
                break;
            }
            if (size == 1) {
                options.put(request.u8(at), request.u8(at + 2));
            } else if (size == 4) {
                options.put(request.u8(at), request.i32(at + 2));
            }
            at += 2 + size;
        }
        return options;
    }

    private static void option(ByteBuffer out, int number, int value) {
        out.put((byte) number).put((byte) 4).putInt(value);
    }

    private static void ethernet(ByteBuffer out, long destination) {
        out.putShort((short) (destination >>> 32)).putInt((int) destination);
        out.putShort((short) (PodNetwork.ROUTER_MAC >>> 32)).putInt((int) PodNetwork.ROUTER_MAC);
        out.putShort((short) 0x0800);
    }

    /** Fills in the headers before what was written. UDP over IPv4 may go without a checksum (RFC 768). */
    private static void ipv4AndUdp(ByteBuffer out, int destination) {
        int ip = Frame.HEADER;
        int udp = ip + 20;
        out.putInt(ip, 0x4500_0000 | (out.position() - ip)).putInt(ip + 4, 0x4000);
        out.put(ip + 8, (byte) 64).put(ip + 9, (byte) Frame.UDP);
        out.putInt(ip + 12, PodNetwork.ROUTER).putInt(ip + 16, destination);
        int sum = 0;
        for (int i = 0; i < 20; i += 2) {
            sum += out.getShort(ip + i) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        out.putShort(ip + 10, (short) ~((sum & 0xffff) + (sum >>> 16)));
        out.putShort(udp, (short) SERVER_PORT)
                .putShort(udp + 2, (short) CLIENT_PORT)
                .putShort(udp + 4, (short) (out.position() - udp));
    }
}
