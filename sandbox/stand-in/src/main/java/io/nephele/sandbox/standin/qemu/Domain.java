package io.nephele.sandbox.standin.qemu;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A machine to run: what libvirt calls a domain.
 *
 * @param name for people
 * @param uuid of its firmware
 * @param serial number of its firmware
 * @param cpu what it has of processors
 * @param memoryMib its memory, in MiB
 * @param mostMemoryMib up to how much it may get while it runs, in MiB; not less than {@code memoryMib}
 * @param disks in the order in which the guest sees them
 * @param seed what cloud-init finds
 * @param nics its network cards
 * @param screen whether it has a graphics card
 * @param efi whether its firmware is UEFI; BIOS if not
 * @param paused whether it waits before its first instruction
 */
public record Domain(
        String name,
        String uuid,
        String serial,
        Cpu cpu,
        long memoryMib,
        long mostMemoryMib,
        List<Disk> disks,
        @Nullable Seed seed,
        List<Nic> nics,
        boolean screen,
        boolean efi,
        boolean paused) {

    /**
     * Processors.
     *
     * @param model QEMU's name of it
     * @param mostSockets up to how many sockets it may get while it runs
     */
    public record Cpu(String model, int sockets, int cores, int threads, int mostSockets) {}

    /**
     * A disk that the guest may write to.
     *
     * @param name of the volume; alphanumeric, minus
     * @param file in qcow2
     * @param serial what the guest sees as its serial number; at most 20 characters
     * @param bootIndex 1 boots first; 0 does not boot
     */
    public record Disk(String name, Path file, String serial, int bootIndex) {}

    /** A network card, connected to the unix socket of a switch. */
    public record Nic(String mac, Path socket) {}
}
