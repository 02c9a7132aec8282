package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What runs the guests of the nodes: their states only, or real machines. The controllers show in the objects what they learn here, and cannot tell the one from the other.
 *
 * <p>A question is asked whenever the VMI is looked at; what takes time makes it looked at again when there is something new to say.
 */
interface Hypervisor extends AutoCloseable {

    /** What a guest is told by a user. */
    enum Order {
        PAUSE,
        UNPAUSE,
        /** The guest is asked to reboot. */
        SOFT_REBOOT,
        /** The guest is not asked. */
        RESET
    }

    /** How a guest ended. */
    enum End {
        SHUT_DOWN,
        CRASHED,
        /** Its grace period was over. */
        KILLED
    }

    /** How far the start of a guest is. */
    sealed interface Boot {

        record UnderWay() implements Boot {}

        record Running() implements Boot {}

        /** There will be no guest. */
        record Failed(String message) implements Boot {}
    }

    /** A network card as a guest has it. */
    record Nic(String mac, String address) {}

    /** Starts the guest of a VMI that has its node, and says how far that is. A guest that was started already is not started again. */
    Boot boot(Vmi vmi);

    /** A network card of the guest, which may have the address of its pod. */
    Nic nic(Vmi vmi, JsonNode card, String podAddress);

    /** How a guest that was running has ended by itself; null while it runs. */
    @Nullable End ended(Vmi vmi);

    /**
     * Has a guest shut down, and kills it when its time is up.
     *
     * @param limit its time; the clock begins anew when another one is given
     * @param deaf whether it cannot be asked
     * @return null until there is no guest any more
     */
    @Nullable End shutDown(Vmi vmi, Duration limit, boolean deaf);

    /**
     * Tells a guest something.
     *
     * @throws IOException if it cannot be told
     */
    void tell(Vmi vmi, Order order) throws IOException;

    /** What the agent in the guest knows, as KubeVirt's {@code guestosinfo} has it, with the {@code interfaces} of a VMI's status beside; null if there is none that answers. */
    @Nullable ObjectNode agent(Vmi vmi);

    /**
     * Freezes the file systems of a guest.
     *
     * @param limit after which they thaw by themselves; zero for never
     * @throws IOException if the agent cannot
     */
    void freeze(Vmi vmi, Duration limit) throws IOException;

    /**
     * Thaws the file systems of a guest.
     *
     * @throws IOException if the agent cannot
     */
    void thaw(Vmi vmi) throws IOException;

    /** Plugs the disk of a volume of the VMI into its guest; says whether it is in. */
    boolean plug(Vmi vmi, String name);

    /** Plugs a disk out of a guest; says whether it is out. */
    boolean unplug(Vmi vmi, String name);

    /** Gives a running guest the size that its VMI has by now. */
    void resize(Vmi vmi);

    /** The ways into its guests. */
    Doors doors();

    /** There is no VMI of this uid any more: its guest ends, and is forgotten. */
    void forget(String uid);

    @Override
    void close();
}
