package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Steps;
import io.nephele.sandbox.standin.network.Port;
import io.nephele.sandbox.standin.qemu.Guest;
import io.nephele.sandbox.standin.qemu.GuestHost;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Guests that are machines: each is a QEMU process here, whichever node its VMI is on. They end with this process; those that should run are started again with it. */
final class Qemu implements Hypervisor {

    private static final Logger LOG = LoggerFactory.getLogger(Qemu.class);

    /** A guest that has just begun to boot does not hear the power button, so it is pressed again. */
    private static final Duration PRESS = Duration.ofSeconds(3);

    private static final Duration AGAIN = Duration.ofMillis(500);

    private final Domains domains;
    private final GuestHost host;
    private final Steps steps;
    private final BiConsumer<String, Duration> again;
    private final Map<String, Running> guests = new ConcurrentHashMap<>();
    private final Map<String, Stopping> stopping = new ConcurrentHashMap<>();

    /** The uids of guests that were started for a VMI which was running before: its plugged disks have to be plugged in once more. */
    private final Set<String> unplugged = ConcurrentHashMap.newKeySet();

    /** A guest with its place in the network and what is known of its agent. */
    private record Running(String namespace, String name, Guest guest, Port port, AgentView agent) {}

    /** Since when a guest is being shut down, and when its power button was pressed last; nanoseconds. */
    private record Stopping(long since, long pressed) {}

    /** @param again asks that a VMI be looked at after some time */
    Qemu(Domains domains, GuestHost host, Steps steps, BiConsumer<String, Duration> again) {
        this.domains = domains;
        this.host = host;
        this.steps = steps;
        this.again = again;
    }

    @Override
    public Boot boot(Vmi vmi) {
        Guest guest = start(vmi).guest();
        return switch (guest.state()) {
            case STARTING -> new Boot.UnderWay();
            case FAILED -> new Boot.Failed(guest.failure());
            // One that has ended already ends when its VMI runs.
            case RUNNING, SHUT_DOWN, CRASHED, DESTROYED -> new Boot.Running();
        };
    }

    private Running start(Vmi vmi) {
        Running present = guests.get(vmi.uid());
        if (present != null) {
            return present;
        }
        Port port = host.networks().plug(vmi.namespace(), Domains.mac(vmi), Domains.address(vmi));
        Runnable look = () -> again.accept(vmi.key(), Duration.ZERO);
        Guest guest = host.start(vmi.uid(), domains.of(vmi, port.socket()), look);
        var started = new Running(vmi.namespace(), vmi.name(), guest, port, new AgentView(guest, vmi, look));
        guests.put(vmi.uid(), started);
        host.tell(vmi.namespace(), vmi.name(), Domains.address(vmi), port.ssh().getPort());
        return started;
    }

    @Override
    public Nic nic(Vmi vmi, JsonNode card, String podAddress) {
        return new Nic(Domains.mac(vmi), Domains.address(vmi));
    }

    @Override
    public @Nullable End ended(Vmi vmi) {
        if (!guests.containsKey(vmi.uid())) {
            unplugged.add(vmi.uid());
        }
        Guest guest = start(vmi).guest();
        return switch (guest.state()) {
            case STARTING -> null;
            case RUNNING -> {
                plugAgain(vmi);
                act(vmi, guest);
                yield null;
            }
            case SHUT_DOWN -> End.SHUT_DOWN;
            case CRASHED, DESTROYED, FAILED -> End.CRASHED;
        };
    }

    private void plugAgain(Vmi vmi) {
        if (!unplugged.remove(vmi.uid())) {
            return;
        }
        for (JsonNode volume : vmi.status().path("volumeStatus")) {
            if (volume.has("hotplugVolume")
                    && volume.path("phase").asText().equals("Ready")
                    && !plug(vmi, volume.path("name").asText())) {
                unplugged.add(vmi.uid());
            }
        }
    }

    /** What the annotation says that the guest does by itself. */
    private void act(Vmi vmi, Guest guest) {
        switch (vmi.annotation(Kinds.GUEST)) {
            case "poweroff" -> press(vmi, guest, 0);
            case "crash", "panic" -> guest.crash();
            default -> {
                // Nothing, or what is done elsewhere.
            }
        }
    }

    @Override
    public @Nullable End shutDown(Vmi vmi, Duration limit, boolean deaf) {
        Running running = guests.get(vmi.uid());
        if (running == null) {
            return End.SHUT_DOWN;
        }
        Guest guest = running.guest();
        switch (guest.state()) {
            case SHUT_DOWN -> {
                return End.SHUT_DOWN;
            }
            case DESTROYED -> {
                return End.KILLED;
            }
            case CRASHED, FAILED -> {
                return End.CRASHED;
            }
            case STARTING, RUNNING -> {
                if (steps.due(vmi.uid(), vmi.key(), "Ended" + limit, limit)) {
                    guest.destroy();
                } else if (!deaf) {
                    String seconds = vmi.annotation(Kinds.DEAF);
                    press(vmi, guest, seconds.isEmpty() ? 0 : Long.parseLong(seconds));
                }
                return null;
            }
        }
        throw new IllegalStateException();
    }

    /** Presses the power button now and then, once the guest has ignored it for so many seconds. */
    private void press(Vmi vmi, Guest guest, long deafSeconds) {
        long now = System.nanoTime();
        Stopping state = stopping.computeIfAbsent(vmi.uid(), _ -> new Stopping(now, now - PRESS.toNanos()));
        boolean hears = now - state.since() >= Duration.ofSeconds(deafSeconds).toNanos();
        if (hears && now - state.pressed() >= PRESS.toNanos()) {
            stopping.put(vmi.uid(), new Stopping(state.since(), now));
            guest.tryPowerDown();
        }
        again.accept(vmi.key(), hears ? PRESS.plusMillis(10) : AGAIN);
    }

    private Guest guest(Vmi vmi) throws IOException {
        Running running = guests.get(vmi.uid());
        if (running == null) {
            throw new IOException("domain is not running");
        }
        return running.guest();
    }

    @Override
    public void tell(Vmi vmi, Order order) throws IOException {
        Guest guest = guest(vmi);
        switch (order) {
            case PAUSE -> guest.pause();
            case UNPAUSE -> guest.resume();
            case SOFT_REBOOT -> guest.softReboot();
            case RESET -> guest.reset();
        }
    }

    @Override
    public @Nullable ObjectNode agent(Vmi vmi) {
        Running running = guests.get(vmi.uid());
        return running == null ? null : running.agent().info(vmi);
    }

    @Override
    public void freeze(Vmi vmi, Duration limit) throws IOException {
        Guest guest = guest(vmi);
        guest.ask("guest-fsfreeze-freeze");
        if (limit.isPositive()) {
            Thread.startVirtualThread(() -> thawAfter(guest, limit));
        }
    }

    private static void thawAfter(Guest guest, Duration limit) {
        try {
            Thread.sleep(limit);
            guest.ask("guest-fsfreeze-thaw");
        } catch (IOException e) {
            LOG.debug("{} is gone, or thawed: {}", guest.domain().name(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void thaw(Vmi vmi) throws IOException {
        guest(vmi).ask("guest-fsfreeze-thaw");
    }

    @Override
    public boolean plug(Vmi vmi, String name) {
        try {
            guest(vmi).plug(domains.disk(vmi, name));
            return true;
        } catch (IOException e) {
            LOG.warn("{}: disk {} is not plugged in yet: {}", vmi.key(), name, e.getMessage());
            again.accept(vmi.key(), AGAIN);
            return false;
        }
    }

    @Override
    public boolean unplug(Vmi vmi, String name) {
        try {
            if (guest(vmi).unplug(name)) {
                return true;
            }
        } catch (IOException e) {
            LOG.warn("{}: disk {} is not plugged out yet: {}", vmi.key(), name, e.getMessage());
        }
        again.accept(vmi.key(), AGAIN);
        return false;
    }

    @Override
    public void resize(Vmi vmi) {
        try {
            guest(vmi).resize(domains.cpu(vmi), Domains.memoryMib(vmi));
        } catch (IOException e) {
            LOG.warn("{} keeps its size: {}", vmi.key(), e.getMessage());
        }
    }

    @Override
    public Doors doors() {
        return new QemuDoors(this::guest);
    }

    @Override
    public void forget(String uid) {
        stopping.remove(uid);
        unplugged.remove(uid);
        Running running = guests.remove(uid);
        if (running != null) {
            running.port().close();
            host.untell(running.namespace(), running.name());
        }
        host.forget(uid);
    }

    @Override
    public void close() {
        // The host ends them.
    }
}
