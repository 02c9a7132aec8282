package io.nephele.sandbox.standin.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.controlplane.ChildProcess;
import io.nephele.sandbox.standin.qmp.Qmp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A guest: one QEMU process, which dies with this one. How it ended is told by its last events, for its exit status is 0 in every case.
 *
 * <p>All methods but the getters speak to QEMU and wait for its answer.
 */
public final class Guest implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Guest.class);
    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    /** Where a guest is in its life. */
    public enum State {
        STARTING,
        RUNNING,
        /** It ended without a fault: it was switched off from within, or on being asked to. */
        SHUT_DOWN,
        /** Its kernel panicked, or its process was killed by somebody else. */
        CRASHED,
        /** Its process was ended by {@link #destroy()}. */
        DESTROYED,
        /** There never was a guest: {@link #failure()} says why. */
        FAILED;

        /** Whether there is no process any more. */
        public boolean isFinal() {
            return this != STARTING && this != RUNNING;
        }
    }

    private final Domain domain;
    private final CommandLine command;
    private final Path console;
    private final Path log;
    private final Runnable changed;
    private final GuestAgent agent;
    private volatile State state = State.STARTING;
    private volatile String failure = "";
    private volatile @Nullable ChildProcess process;
    private volatile @Nullable Qmp qmp;
    private volatile JsonNode shutdown = Qmp.arguments();
    private volatile boolean destroyed;
    private volatile boolean agentOpen;
    private volatile boolean rebooting;

    private Guest(Domain domain, CommandLine command, Path directory, Runnable changed) {
        this.domain = domain;
        this.command = command;
        this.console = directory.resolve("console.log");
        this.log = directory.resolve("qemu.log");
        this.changed = changed;
        agent = new GuestAgent(command.agent());
    }

    /**
     * Starts a process and returns at once.
     *
     * @param accelerator {@code kvm} or {@code tcg}
     * @param sockets an empty folder with a short path
     * @param directory for logs
     * @param changed is called after every change of what the getters say
     */
    public static Guest start(Domain domain, String accelerator, Path sockets, Path directory, Runnable changed) {
        var guest = new Guest(domain, new CommandLine(accelerator, sockets), directory, changed);
        Thread.ofVirtual().name("guest " + domain.name()).start(guest::live);
        return guest;
    }

    private void live() {
        try {
            Files.createDirectories(command.directory());
            Files.createDirectories(log.getParent());
            if (domain.seed() != null) {
                domain.seed().write(command.seed());
            }
            for (Path socket : List.of(command.monitor(), command.serial(), command.screen(), command.agent())) {
                Files.deleteIfExists(socket);
            }
            var child = ChildProcess.start(domain.name(), confined(command.of(domain, console)), Map.of(), log);
            process = child;
            if (destroyed) {
                child.kill();
            }
            Qmp monitor = connect(child);
            if (monitor == null) {
                child.kill();
                end(State.FAILED, child.lastOutput());
                return;
            }
            qmp = monitor;
            state = State.RUNNING;
            changed.run();
            child.waitFor();
            monitor.awaitEnd();
            end(how(), "");
        } catch (IOException | RuntimeException e) {
            end(State.FAILED, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** It may not become more than it is; root's capabilities are dropped where it is root's. */
    private static List<String> confined(List<String> line) {
        var confined = new ArrayList<>(List.of("setpriv", "--no-new-privs"));
        if (System.getProperty("user.name").equals("root")) {
            confined.addAll(List.of("--bounding-set=-all", "--inh-caps=-all"));
        }
        confined.addAll(line);
        return confined;
    }

    /** Its monitor; null if the process ended before it had one. */
    private @Nullable Qmp connect(ChildProcess child) throws InterruptedException {
        long limit = System.nanoTime() + START_LIMIT.toNanos();
        while (child.isAlive() && System.nanoTime() < limit) {
            if (Files.exists(command.monitor())) {
                try {
                    return Qmp.connect(command.monitor(), this::heard);
                } catch (IOException notYet) {
                    LOG.debug("{} does not listen yet", domain.name(), notYet);
                }
            }
            Thread.sleep(20);
        }
        return null;
    }

    private State how() {
        if (destroyed) {
            return State.DESTROYED;
        }
        String reason = shutdown.path("reason").asText();
        return reason.equals("guest-shutdown") ? State.SHUT_DOWN : State.CRASHED;
    }

    private void end(State how, String why) {
        if (how == State.FAILED) {
            LOG.warn("{} was not started: {}", domain.name(), why);
        }
        failure = why;
        agentOpen = false;
        state = how;
        process = null;
        changed.run();
    }

    private void heard(JsonNode event) {
        JsonNode data = event.path("data");
        switch (event.path("event").asText()) {
            case "SHUTDOWN" -> {
                shutdown = data;
                if (rebooting) {
                    rebooting = false;
                    Thread.startVirtualThread(this::bootAgain);
                }
            }
            case "VSERPORT_CHANGE" -> {
                agentOpen = data.path("open").asBoolean();
                changed.run();
            }
            default -> LOG.debug("{}: {}", domain.name(), event);
        }
    }

    public Domain domain() {
        return domain;
    }

    public State state() {
        return state;
    }

    /** Why there never was a guest. */
    public String failure() {
        return failure;
    }

    /** The process; 0 if there is none. */
    public long pid() {
        ChildProcess running = process;
        return running == null ? 0 : running.pid();
    }

    /** Whether an agent in the guest has opened its port. */
    public boolean hasAgent() {
        return agentOpen;
    }

    /** What was written to the serial console; it may be missing. */
    public Path console() {
        return console;
    }

    private Qmp monitor() throws IOException {
        Qmp monitor = qmp;
        if (monitor == null || state != State.RUNNING) {
            throw new IOException("domain is not running");
        }
        return monitor;
    }

    /** Presses the power button. A guest that does not listen does nothing. */
    public void powerDown() throws IOException {
        monitor().execute("system_powerdown");
    }

    /** Presses the power button of a guest if it has one. */
    public void tryPowerDown() {
        try {
            powerDown();
        } catch (IOException e) {
            LOG.debug("{} is not running: {}", domain.name(), e.getMessage());
        }
    }

    /** Ends the process, as if the plug were pulled. */
    public void destroy() {
        destroyed = true;
        ChildProcess running = process;
        if (running != null) {
            running.kill();
        }
    }

    /** Kills the process as somebody would who is not its owner. */
    public void crash() {
        ChildProcess running = process;
        if (running != null) {
            running.kill();
        }
    }

    public void pause() throws IOException {
        monitor().execute("stop");
    }

    public void resume() throws IOException {
        monitor().execute("cont");
    }

    /** Presses the reset button. */
    public void reset() throws IOException {
        monitor().execute("system_reset");
    }

    /** Asks the guest to reboot: its agent if it has one, else with the power button, and it is switched on again when it is off. */
    public void softReboot() throws IOException {
        if (agentOpen) {
            agent.tell("guest-shutdown", Qmp.arguments().put("mode", "reboot"));
        } else {
            rebooting = true;
            monitor().execute("set-action", Qmp.arguments().put("shutdown", "pause"));
            powerDown();
        }
    }

    private void bootAgain() {
        try {
            monitor().execute("system_reset");
            monitor().execute("set-action", Qmp.arguments().put("shutdown", "poweroff"));
            monitor().execute("cont");
        } catch (IOException e) {
            LOG.warn("{} was not started again: {}", domain.name(), e.getMessage());
        }
    }

    /** Plugs in a disk; one that is in is left alone. */
    public void plug(Domain.Disk disk) throws IOException {
        if (isPlugged(disk.name())) {
            return;
        }
        monitor().execute("blockdev-add", CommandLine.blockdev(disk));
        ObjectNode device = Qmp.arguments()
                .put("driver", "virtio-blk-pci")
                .put("id", CommandLine.device(disk.name()))
                .put("drive", CommandLine.node(disk.name()))
                .put("serial", disk.serial());
        try {
            plugIntoFreeSlot(device);
        } catch (IOException e) {
            monitor().execute("blockdev-del", Qmp.arguments().put("node-name", CommandLine.node(disk.name())));
            throw e;
        }
    }

    private void plugIntoFreeSlot(ObjectNode device) throws IOException {
        for (int slot = 1; ; slot++) {
            try {
                monitor().execute("device_add", device.put("bus", CommandLine.slot(slot)));
                return;
            } catch (IOException taken) {
                if (slot == CommandLine.HOT_SLOTS
                        || !String.valueOf(taken.getMessage()).contains("PCI: slot")) {
                    throw taken;
                }
            }
        }
    }

    /** Asks the guest to let go of a disk; says whether it is out. Asked again until it is. */
    public boolean unplug(String name) throws IOException {
        String node = CommandLine.node(name);
        if (isPlugged(name)) {
            try {
                monitor().execute("device_del", Qmp.arguments().put("id", CommandLine.device(name)));
            } catch (IOException asked) {
                LOG.debug("{}: {}", domain.name(), asked.getMessage());
            }
            return false;
        }
        for (JsonNode open : monitor().execute("query-named-block-nodes")) {
            if (open.path("node-name").asText().equals(node)) {
                monitor().execute("blockdev-del", Qmp.arguments().put("node-name", node));
            }
        }
        return true;
    }

    private boolean isPlugged(String name) throws IOException {
        for (JsonNode device : monitor().execute("query-block")) {
            if (device.path("inserted").path("node-name").asText().equals(CommandLine.node(name))) {
                return true;
            }
        }
        return false;
    }

    /** Whether it has this file open as a disk. */
    public boolean uses(Path file) throws IOException {
        for (JsonNode node : monitor().execute("query-named-block-nodes")) {
            if (node.path("file").asText().equals(file.toString())) {
                return true;
            }
        }
        return false;
    }

    /** Tells the guest that a disk of it has grown. */
    public void resize(Path file, long bytes) throws IOException {
        for (JsonNode node : monitor().execute("query-named-block-nodes")) {
            if (node.path("file").asText().equals(file.toString())
                    && node.path("drv").asText().equals("qcow2")) {
                monitor()
                        .execute(
                                "block_resize",
                                Qmp.arguments()
                                        .put("node-name", node.path("node-name").asText())
                                        .put("size", bytes));
            }
        }
    }

    /** Adds processors and memory until it has what is asked for; it cannot have less than before. */
    public void resize(Domain.Cpu cpu, long memoryMib) throws IOException {
        int missing = cpu.sockets() * cpu.cores() * cpu.threads()
                - monitor().execute("query-cpus-fast").size();
        var places = new ArrayList<JsonNode>();
        monitor().execute("query-hotpluggable-cpus").forEach(places::add);
        // QEMU names the last one first, and a processor behind a gap of APIC ids gets no interrupts.
        for (JsonNode place : places.reversed()) {
            if (missing > 0 && !place.has("qom-path")) {
                ObjectNode device = Qmp.arguments();
                device.put("driver", place.path("type").asText());
                place.path("props")
                        .properties()
                        .forEach(property -> device.set(property.getKey(), property.getValue()));
                monitor().execute("device_add", device);
                missing--;
            }
        }
        JsonNode size = monitor().execute("query-memory-size-summary");
        long bytes = (memoryMib << 20)
                - size.path("base-memory").asLong()
                - size.path("plugged-memory").asLong();
        if (bytes > 0) {
            String id = "memory" + monitor().execute("query-memory-devices").size();
            monitor()
                    .execute(
                            "object-add",
                            Qmp.arguments()
                                    .put("qom-type", "memory-backend-ram")
                                    .put("id", id)
                                    .put("size", bytes));
            monitor()
                    .execute(
                            "device_add",
                            Qmp.arguments()
                                    .put("driver", "pc-dimm")
                                    .put("id", "dimm-" + id)
                                    .put("memdev", id));
        }
    }

    /** What is on the screen, as a PNG. */
    public byte[] screenshot() throws IOException {
        Path picture = command.directory().resolve("screen.png");
        monitor()
                .execute(
                        "screendump",
                        Qmp.arguments().put("filename", picture.toString()).put("format", "png"));
        try {
            return Files.readAllBytes(picture);
        } finally {
            Files.deleteIfExists(picture);
        }
    }

    /** Its serial console; it has one user at a time. */
    public SocketChannel openConsole() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(command.serial()));
    }

    /** Its screen, in the protocol of VNC. */
    public SocketChannel openScreen() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(command.screen()));
    }

    /** Asks the agent in the guest. */
    public JsonNode ask(String command) throws IOException {
        return agent.execute(command);
    }

    @Override
    public void close() {
        destroy();
        try {
            Qmp monitor = qmp;
            if (monitor != null) {
                monitor.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
