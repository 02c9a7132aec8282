package io.nephele.sandbox.standin.kubevirt;

import io.nephele.sandbox.standin.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ByteChannel;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * What people see of a guest: its serial console, its screen, and a picture of that. At console and screen there is one place each: who comes later takes it from who was there.
 * Codes and texts are those of pkg/virt-api/rest in KubeVirt.
 */
final class Consoles {

    private static final String PROTOCOL = "plain.kubevirt.io";

    private enum Kind {
        SERIAL,
        VNC
    }

    /** In front of the guest of one VMI. */
    private record Place(Kind kind, String vmi, String uid) {}

    private interface Door {
        ByteChannel open(Vmi vmi) throws IOException;
    }

    private final Cluster cluster;
    private final Doors doors;
    private final Map<Place, ByteChannel> taken = new HashMap<>();

    Consoles(Cluster cluster, Doors doors) {
        this.cluster = cluster;
        this.doors = doors;
    }

    Answer console(Vmi vmi) throws Refused {
        need(vmi, "autoattachSerialConsole", "No serial consoles are present.");
        if (vmi.phase().equals("Failed")) {
            throw Refused.conflict("virtualmachineinstance", vmi.name(), "VMI is in failed status");
        }
        needRunning(vmi);
        return take(new Place(Kind.SERIAL, vmi.key(), vmi.uid()), vmi, doors::console, false);
    }

    /**
     * The screen.
     *
     * @param preserve whether who is there already may stay
     */
    Answer vnc(Vmi vmi, boolean preserve) throws Refused {
        needScreen(vmi);
        return take(new Place(Kind.VNC, vmi.key(), vmi.uid()), vmi, doors::vnc, preserve);
    }

    Answer screenshot(Vmi vmi) throws Refused {
        needScreen(vmi);
        try {
            return new Answer.Content(200, "image/png", doors.screenshot(vmi));
        } catch (IOException e) {
            throw Refused.internal(String.valueOf(e.getMessage()));
        }
    }

    private static void needScreen(Vmi vmi) throws Refused {
        need(vmi, "autoattachGraphicsDevice", "No graphics devices are present.");
        needRunning(vmi);
    }

    private static void need(Vmi vmi, String device, String otherwise) throws Refused {
        if (!vmi.spec().path("domain").path("devices").path(device).asBoolean(true)) {
            throw Refused.badRequest(otherwise);
        }
    }

    private static void needRunning(Vmi vmi) throws Refused {
        if (!vmi.phase().equals("Running")) {
            throw Refused.badRequest("VMI is not running");
        }
    }

    private synchronized Answer take(Place place, Vmi vmi, Door door, boolean preserve) throws Refused {
        ByteChannel before = taken.get(place);
        if (before != null && before.isOpen()) {
            if (preserve) {
                throw Refused.internal(
                        "Can't connect to websocket (503): websocket: bad handshake: application info: Active VNC connection. Request denied.");
            }
            close(before);
        }
        try {
            ByteChannel channel = door.open(vmi);
            taken.put(place, channel);
            return new Answer.Tunnel(PROTOCOL, channel);
        } catch (IOException e) {
            throw Refused.internal(String.valueOf(e.getMessage()));
        }
    }

    /** Whoever looks at a guest that is no more is disconnected. */
    synchronized void consider(String key) {
        for (Iterator<Map.Entry<Place, ByteChannel>> each = taken.entrySet().iterator(); each.hasNext(); ) {
            var entry = each.next();
            if (entry.getKey().vmi().equals(key) && !runs(entry.getKey())) {
                each.remove();
                close(entry.getValue());
            }
        }
    }

    private boolean runs(Place place) {
        var tree = cluster.vmi(place.vmi());
        if (tree == null) {
            return false;
        }
        var vmi = new Vmi(tree);
        return vmi.uid().equals(place.uid()) && !vmi.isFinal();
    }

    private static void close(ByteChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
