package io.nephele.sandbox.standin.network;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the machine has that the tests run on; a test is skipped where it lacks something. */
final class Machine {

    private Machine() {}

    static void needs(String... programs) {
        var folders = List.of(System.getenv("PATH").split(":"));
        for (String program : programs) {
            assumeTrue(
                    folders.stream().anyMatch(folder -> Files.isExecutable(Path.of(folder, program))),
                    program + " is not installed");
        }
    }

    /** An IPv4 address that is not the loopback's. */
    static InetAddress addressOrSkip() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address
                        && !address.isLoopbackAddress()
                        && !address.isLinkLocalAddress())
                .findFirst()
                .orElseGet(() -> abort("this machine has no IPv4 address but the loopback's"));
    }
}
