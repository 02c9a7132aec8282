package io.nephele.apiserver.audit;

import io.nephele.apiserver.Settings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where a request comes from: the nearest address that is not one of our own proxies. Anybody can write X-Forwarded-For, so only what a trusted proxy has added is believed. */
@Singleton
public class SourceAddress {

    /** A literal address: nothing here may ask a name server. */
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private final List<Network> trusted;

    @Inject
    public SourceAddress(Settings settings) {
        this(settings.trustedProxies().orElse(List.of()));
    }

    SourceAddress(List<String> trusted) {
        this.trusted = trusted.stream().map(Network::parse).toList();
    }

    /**
     * The address.
     *
     * @param connection the other end of the connection
     * @param forwarded the values of X-Forwarded-For, as they came
     */
    public @Nullable String of(@Nullable String connection, List<String> forwarded) {
        var hops = new ArrayList<String>();
        forwarded.forEach(
                value -> Arrays.stream(value.split(",")).map(String::trim).forEach(hops::add));
        String source = connection;
        while (source != null && isTrusted(source) && !hops.isEmpty()) {
            String before = hops.removeLast();
            if (!LITERAL.matcher(before).matches()) {
                break;
            }
            source = before;
        }
        return source;
    }

    private boolean isTrusted(String address) {
        return trusted.stream().anyMatch(network -> network.contains(address));
    }

    private record Network(byte[] address, int bits) {

        static Network parse(String text) {
            String[] parts = text.trim().split("/", 2);
            byte[] address = bytes(parts[0]);
            if (address == null) {
                throw new IllegalArgumentException(
                        "nephele.trusted-proxies: " + text + " is neither an address nor a network");
            }
            return new Network(address, parts.length == 1 ? address.length * 8 : Integer.parseInt(parts[1]));
        }

        boolean contains(String text) {
            byte[] other = bytes(text);
            if (other == null || other.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % 8);
                if ((address[bit / 8] & mask) != (other[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }

        private static byte @Nullable [] bytes(String text) {
            try {
                return LITERAL.matcher(text).matches()
                        ? InetAddress.getByName(text).getAddress()
                        : null;
            } catch (UnknownHostException e) {
                return null;
            }
        }
    }
}
