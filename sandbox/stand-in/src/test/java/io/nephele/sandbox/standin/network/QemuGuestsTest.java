package io.nephele.sandbox.standin.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nephele.sandbox.controlplane.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The network as the kernels of real guests see it. */
class QemuGuestsTest {

    private static final String A = "10.244.0.10";
    private static final String B = "10.244.3.11";

    @TempDir
    private Path directory;

    private final List<ChildProcess> processes = new ArrayList<>();
    private Networks networks;
    private Path image;

    @BeforeEach
    void open() throws Exception {
        networks = new Networks(directory.resolve("net"), directory.resolve("logs"));
        Machine.needs("qemu-system-x86_64", "qemu-img", "genisoimage");
        Path build = Path.of("../guest-images/build").toAbsolutePath().normalize();
        assumeTrue(Files.isExecutable(build), build + " is not there");
        var building = new ProcessBuilder(build.toString(), "tiny")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        image = Path.of(new String(building.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
        assumeTrue(building.waitFor() == 0, "the tiny guest cannot be built here");
    }

    @AfterEach
    void close() {
        processes.forEach(ChildProcess::kill);
        networks.close();
    }

    @Test
    void guests_reach_their_neighbours_and_the_world_and_nobody_else() throws Exception {
        InetAddress outside = Machine.addressOrSkip();
        try (var world = new ServerSocket(0, 10, outside);
                var loopback = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            greet(world, "hello from the world");
            greet(loopback, "this is private");
            Port a = networks.plug("red", "02:00:00:00:00:0a", A);
            start(
                    "b",
                    networks.plug("red", "02:00:00:00:00:0b", B),
                    "while true; do echo hello from b | nc -l -p 80; done &");
            Path consoleOfA = start(
                    "a", a, """
                    # It answers a ping before its script listens.
                    until b=$(nc -w 9 %1$s 80 </dev/null) && [ "$b" ]; do sleep 1; done
                    echo "b: $b"
                    echo "world: $(nc -w 9 %2$s %3$d </dev/null)"
                    echo "loopback: $(nc -w 1 10.244.0.1 %4$d </dev/null)$(nc -w 1 127.0.0.1 %4$d </dev/null)$(nc -w 1 10.244.0.2 %4$d </dev/null)."
                    """.formatted(B, outside.getHostAddress(), world.getLocalPort(), loopback.getLocalPort()));
            says(consoleOfA, "ready: a " + A);
            assertThat(says(consoleOfA, "loopback: "))
                    .contains("b: hello from b")
                    .contains("world: hello from the world")
                    .contains("nc: ") // The loopback's refusal, in the words of the guest.
                    .doesNotContain("private");
            assertThat(sshBanner(a)).startsWith("SSH-2.0-");

            Path consoleOfC = start(
                    "c",
                    networks.plug("blue", "02:00:00:00:00:0a", A),
                    "ping -c 3 -W 1 %s | grep received".formatted(B));
            assertThat(says(consoleOfC, "received")).contains(" 0 packets received");
        }
    }

    @Test
    void a_guest_whose_process_is_killed_has_its_network_again_when_it_is_started_again() throws Exception {
        Port port = networks.plug("red", "02:00:00:00:00:0a", A);
        says(start("a", port, ""), "ready: a " + A);
        assertThat(sshBanner(port)).startsWith("SSH-2.0-");

        processes.removeLast().kill();
        says(start("a", port, ""), "ready: a " + A);
        assertThat(sshBanner(port)).startsWith("SSH-2.0-");
    }

    /** Starts a guest from its first boot, and returns what it says on its console. */
    private Path start(String name, Port port, String script) throws Exception {
        Path guest = Files.createTempDirectory(directory, name);
        Files.writeString(
                guest.resolve("meta-data"),
                "instance-id: %s\nlocal-hostname: %s\n".formatted(guest.getFileName(), name));
        Files.writeString(guest.resolve("user-data"), "#!/bin/sh\nexec >/dev/console 2>&1\n" + script);
        run(
                guest,
                "genisoimage",
                "-quiet",
                "-output",
                "seed.iso",
                "-volid",
                "cidata",
                "-joliet",
                "-rock",
                "user-data",
                "meta-data");
        run(guest, "qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", image.toString(), "disk.qcow2");
        Path console = guest.resolve("console");
        var command = new ArrayList<>(List.of(
                "qemu-system-x86_64", "-machine", "q35", "-accel", "tcg,tb-size=32", "-cpu", "Nehalem", "-m", "96"));
        command.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none", "-serial", "file:" + console));
        command.addAll(List.of("-drive", "if=virtio,format=qcow2,file=" + guest.resolve("disk.qcow2")));
        command.addAll(List.of("-drive", "if=virtio,format=raw,readonly=on,file=" + guest.resolve("seed.iso")));
        command.addAll(List.of("-netdev", "stream,id=n0,server=off,addr.type=unix,addr.path=" + port.socket()));
        command.addAll(List.of("-device", "virtio-net-pci,netdev=n0,romfile=,mac=%s".formatted(macOf(port))));
        processes.add(ChildProcess.start("guest " + name, command, Map.of(), guest.resolve("qemu.log")));
        return console;
    }

    private void run(Path in, String... command) throws Exception {
        var process =
                new ProcessBuilder(command).directory(in.toFile()).inheritIO().start();
        assertThat(process.waitFor()).as("%s", List.of(command)).isZero();
    }

    private static String macOf(Port port) {
        return "%012x".formatted(port.mac()).replaceAll("(..)(?=.)", "$1:");
    }

    private static String says(Path console, String text) {
        return await(console + " says " + text)
                .atMost(Duration.ofMinutes(3))
                .until(
                        () -> Files.exists(console) ? Files.readString(console, StandardCharsets.ISO_8859_1) : "",
                        said -> said.contains(text));
    }

    /** At the first attempt. */
    private static String sshBanner(Port port) throws IOException {
        try (var client = new Socket()) {
            client.connect(port.ssh());
            client.setSoTimeout(30_000);
            return new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }

    /** Says one line to all who connect. */
    private static void greet(ServerSocket server, String line) {
        Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    try (var client = server.accept()) {
                        client.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
                    }
                }
            } catch (IOException end) {
                // The test closes it.
            }
        });
    }
}
