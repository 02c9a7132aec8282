package io.nephele.sandbox.standin.network;

import io.nephele.sandbox.controlplane.ChildProcess;
import io.nephele.sandbox.controlplane.Ports;
import io.nephele.sandbox.standin.qmp.Qmp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The router of one network, to the world and back: QEMU's user network (libslirp) in a process without a machine. One serves all guests of a network, with less memory
 * than the {@code passt} of a single guest. If it dies it is started again with the same forwards; connections through it are lost then.
 */
final class Gateway implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int ATTEMPTS = 10;

    private record Running(ChildProcess process, Qmp monitor) {}

    private final String name;
    private final Path monitorSocket;
    private final Path log;
    private final Jack jack;
    /** The guest's address by port of this machine. */
    private final Map<Integer, Integer> forwards = new HashMap<>();

    private volatile Running running;
    private volatile boolean closed;

    /**
     * Starts it and waits until it works.
     *
     * @param sockets where its two sockets are made, named {@code prefix}
     */
    Gateway(String name, Path sockets, String prefix, Path log, Consumer<Frame> receiver) throws IOException {
        this.name = name;
        this.monitorSocket = sockets.resolve(prefix + ".qmp");
        this.log = log;
        this.jack = new Jack(sockets.resolve(prefix + ".net"), receiver);
        try {
            this.running = start();
        } catch (IOException | RuntimeException e) {
            jack.close();
            throw e;
        }
        Thread.ofVirtual().name(name).start(this::keepRunning);
    }

    private synchronized Running start() throws IOException {
        try (var server = Jack.listen(monitorSocket)) {
            var process = ChildProcess.start(name, command(), Map.of(), log);
            // Nobody connects any more once the process has ended.
            Thread.ofVirtual().start(() -> {
                try (server) {
                    process.waitFor();
                } catch (IOException | InterruptedException e) {
                    LOG.warn("{} is not waited for", name, e);
                }
            });
            try {
                var monitor = new Qmp(server.accept(), event -> LOG.debug("{}: {}", name, event));
                while (!monitor.human("info network").contains("unix:")) {
                    Thread.sleep(1); // It connects its network in the background, and drops frames before.
                }
                for (var forward : forwards.entrySet()) {
                    if (!add(monitor, forward.getKey(), forward.getValue())) {
                        LOG.warn("{}: port {} has been taken by another process", name, forward.getKey());
                    }
                }
                Files.deleteIfExists(monitorSocket);
                return new Running(process, monitor);
            } catch (IOException | InterruptedException e) {
                process.kill();
                throw new IOException("%s did not start: %s".formatted(name, process.lastOutput()), e);
            }
        }
    }

    private List<String> command() {
        return List.of(
                "qemu-system-x86_64",
                // Without a machine no code is translated. It must run nevertheless (no -S): a stopped machine's
                // network stands still.
                "-machine",
                "none",
                "-accel",
                "tcg,tb-size=1",
                "-nodefaults",
                "-no-user-config",
                "-display",
                "none",
                "-sandbox",
                "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
                "-chardev",
                "socket,id=monitor,path=" + monitorSocket,
                "-mon",
                "chardev=monitor,mode=control",
                "-netdev",
                "user,id=out,ipv6=off,net=%s/16,host=%s,dns=%s"
                        .formatted(
                                PodNetwork.text(PodNetwork.NETWORK),
                                PodNetwork.text(PodNetwork.ROUTER),
                                PodNetwork.text(PodNetwork.DNS)),
                "-netdev",
                "stream,id=in,server=off,addr.type=unix,addr.path=" + jack.socket(),
                "-netdev",
                "hubport,id=hub-out,hubid=0,netdev=out",
                "-netdev",
                "hubport,id=hub-in,hubid=0,netdev=in");
    }

    private void keepRunning() {
        try {
            while (true) {
                running.process().waitFor();
                if (closed) {
                    return;
                }
                LOG.warn(
                        "{} ended and is started again: {}",
                        name,
                        running.process().lastOutput());
                running.monitor().close();
                Thread.sleep(PAUSE);
                restart();
            }
        } catch (IOException | InterruptedException e) {
            LOG.error("{} is not watched any more", name, e);
        }
    }

    private synchronized void restart() {
        try {
            running = start();
        } catch (IOException | IllegalStateException e) {
            LOG.warn("{}", e.getMessage());
        }
        if (closed) {
            running.process().kill();
        }
    }

    /** Makes a free port of this machine lead to port 22 of a guest, and returns it. */
    synchronized int forward(int address) throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = Ports.free();
            if (add(running.monitor(), port, address)) {
                forwards.put(port, address);
                return port;
            }
        }
        throw new IOException(name + " cannot listen on any port");
    }

    synchronized void unforward(int port) {
        forwards.remove(port);
        try {
            running.monitor().human("hostfwd_remove out tcp:127.0.0.1:%d".formatted(port));
        } catch (IOException gone) {
            // It died, and comes back without this forward.
        }
    }

    /** False if somebody else listens there. Success prints nothing. */
    private static boolean add(Qmp monitor, int port, int address) throws IOException {
        return monitor.human("hostfwd_add out tcp:127.0.0.1:%d-%s:22".formatted(port, PodNetwork.text(address)))
                .isEmpty();
    }

    void send(Frame frame) {
        if (admits(frame)) {
            jack.send(frame);
        }
    }

    /**
     * What a guest may send this way. libslirp takes <em>every</em> address of its network for the loopback of this machine (or for its name server), and sends what is
     * for 127.0.0.1 there: none of that may begin. Answers to forwarded connections go to the router's address, so only what opens a connection is refused there; and
     * fragments, in which that cannot be seen. Link-local addresses are not routed (RFC 3927), least of all to the metadata server of the machine this may run on.
     */
    private static boolean admits(Frame frame) {
        if (frame.isArp()) {
            return true;
        }
        int to = frame.destinationAddress();
        if (PodNetwork.contains(to)) {
            boolean router = to == PodNetwork.ROUTER;
            boolean dns = to == PodNetwork.DNS;
            return switch (frame.protocol()) {
                case Frame.ICMP -> (router || dns) && frame.carries(Frame.ICMP, 8);
                case Frame.UDP -> dns && frame.carries(Frame.UDP, 8) && frame.destinationPort() == 53;
                case Frame.TCP ->
                    frame.carries(Frame.TCP, 20)
                            && (dns ? frame.destinationPort() == 53 : router && !frame.opensConnection());
                default -> false;
            };
        }
        int first = to >>> 24;
        return first != 0 && first != 127 && first < 224 && to >>> 16 != 0xa9fe;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        running.process().kill();
        running.monitor().close();
        jack.close();
    }
}
