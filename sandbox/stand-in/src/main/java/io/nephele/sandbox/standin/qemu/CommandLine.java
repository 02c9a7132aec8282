package io.nephele.sandbox.standin.qemu;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line of QEMU for a domain. What is on it was tried with QEMU 7.2.
 *
 * @param accelerator {@code kvm} or {@code tcg}
 * @param directory holds the sockets and logs of this guest
 */
record CommandLine(String accelerator, Path directory) {

    static final String EMULATOR = "qemu-system-x86_64";

    /** Slots for disks that are plugged in while the guest runs. */
    static final int HOT_SLOTS = 12;

    /** TCG keeps translated code: as much memory again as a small guest has, unless it is bounded. */
    private static final String TRANSLATIONS_MIB = "64";

    private static final String FIRMWARE = "/usr/share/OVMF/OVMF_CODE_4M.fd";
    private static final ObjectMapper JSON = new ObjectMapper();

    Path monitor() {
        return directory.resolve("qmp");
    }

    Path serial() {
        return directory.resolve("serial");
    }

    Path screen() {
        return directory.resolve("vnc");
    }

    Path agent() {
        return directory.resolve("qga");
    }

    Path seed() {
        return directory.resolve("seed.iso");
    }

    List<String> of(Domain domain, Path consoleLog) {
        var line = new ArrayList<String>(List.of(EMULATOR, "-name", domain.name()));
        add(line, "-nodefaults", "-no-user-config", "-display", "none");
        add(line, "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
        add(line, "-M", "q35");
        boolean emulated = accelerator.equals("tcg");
        add(line, "-accel", emulated ? "tcg,thread=multi,tb-size=" + TRANSLATIONS_MIB : accelerator);
        size(line, domain);
        add(line, "-uuid", domain.uuid());
        add(line, "-smbios", "type=1,manufacturer=KubeVirt,product=None,serial=" + domain.serial());
        if (domain.efi()) {
            add(line, "-drive", "if=pflash,format=raw,readonly=on,file=" + FIRMWARE);
        }
        if (domain.paused()) {
            add(line, "-S");
        }
        // Left in the order in which the guest is to find them on its bus.
        int disk = 0;
        for (Domain.Disk each : domain.disks()) {
            String boot = each.bootIndex() > 0 ? ",bootindex=" + each.bootIndex() : "";
            add(line, "-blockdev", blockdev(each).toString());
            add(
                    line,
                    "-device",
                    "virtio-blk-pci,id=" + device(each.name()) + ",drive=" + node(each.name()) + ",serial="
                            + each.serial() + ",addr=0x" + Integer.toHexString(FIRST_DISK + disk++) + boot);
        }
        if (domain.seed() != null) {
            add(line, "-blockdev", seed(seed()).toString());
            add(line, "-device", "virtio-blk-pci,drive=seed,addr=0x" + Integer.toHexString(FIRST_DISK + disk));
        }
        int nic = 0;
        for (Domain.Nic each : domain.nics()) {
            add(line, "-netdev", "stream,id=net" + nic + ",server=off,addr.type=unix,addr.path=" + each.socket());
            add(
                    line,
                    "-device",
                    "virtio-net-pci,netdev=net" + nic + ",mac=" + each.mac() + ",romfile=,addr=0x"
                            + Integer.toHexString(FIRST_NIC + nic++));
        }
        doors(line, domain, consoleLog);
        for (int slot = 1; slot <= HOT_SLOTS; slot++) {
            add(line, "-device", "pcie-root-port,id=" + slot(slot) + ",chassis=" + slot + ",slot=" + slot);
        }
        return List.copyOf(line);
    }

    private static final int FIRST_NIC = 2;
    private static final int FIRST_DISK = 4;

    private static void size(List<String> line, Domain domain) {
        Domain.Cpu cpu = domain.cpu();
        int each = cpu.cores() * cpu.threads();
        add(line, "-cpu", cpu.model());
        add(
                line,
                "-smp",
                "%d,sockets=%d,cores=%d,threads=%d,maxcpus=%d"
                        .formatted(
                                cpu.sockets() * each,
                                cpu.mostSockets(),
                                cpu.cores(),
                                cpu.threads(),
                                cpu.mostSockets() * each));
        add(
                line,
                "-m",
                domain.memoryMib() + "M"
                        + (domain.mostMemoryMib() > domain.memoryMib()
                                ? ",slots=16,maxmem=" + domain.mostMemoryMib() + "M"
                                : ""));
    }

    /** How the guest is reached: monitor, serial console, screen, agent; and what makes it a good guest. */
    private void doors(List<String> line, Domain domain, Path consoleLog) {
        add(line, "-qmp", "unix:" + monitor() + ",server=on,wait=off");
        add(
                line,
                "-chardev",
                "socket,id=serial0,path=" + serial() + ",server=on,wait=off,logappend=on,logfile=" + consoleLog);
        add(line, "-serial", "chardev:serial0");
        add(line, "-device", "virtio-serial-pci,id=ports");
        add(line, "-chardev", "socket,id=agent,path=" + agent() + ",server=on,wait=off");
        add(line, "-device", "virtserialport,bus=ports.0,chardev=agent,id=agent0,name=org.qemu.guest_agent.0");
        if (domain.screen()) {
            add(line, "-device", "VGA", "-vnc", "unix:" + screen());
        }
        add(line, "-device", "virtio-rng-pci", "-device", "virtio-balloon-pci", "-device", "pvpanic-pci");
    }

    private static void add(List<String> line, String... words) {
        line.addAll(List.of(words));
    }

    static String node(String volume) {
        return "node-" + volume;
    }

    static String device(String volume) {
        return "disk-" + volume;
    }

    static String slot(int number) {
        return "hot" + number;
    }

    /** What QEMU is to open for a disk. It locks the file: nobody opens it twice. */
    static ObjectNode blockdev(Domain.Disk disk) {
        ObjectNode node = JSON.createObjectNode();
        node.put("driver", "qcow2").put("node-name", node(disk.name())).put("discard", "unmap");
        node.putObject("file").put("driver", "file").put("filename", disk.file().toString());
        return node;
    }

    private static ObjectNode seed(Path iso) {
        ObjectNode node = JSON.createObjectNode();
        node.put("driver", "raw").put("node-name", "seed").put("read-only", true);
        node.putObject("file").put("driver", "file").put("filename", iso.toString());
        return node;
    }
}
