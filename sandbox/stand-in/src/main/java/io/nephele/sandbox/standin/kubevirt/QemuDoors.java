package io.nephele.sandbox.standin.kubevirt;

import io.nephele.sandbox.standin.qemu.Guest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** The doors of a guest that is a QEMU process. */
record QemuDoors(GuestOf guests) implements Doors {

    /** More of a console's log is not told. */
    private static final long MOST_LOG = 1 << 20;

    /** The guest of a VMI. */
    @FunctionalInterface
    interface GuestOf {
        /** @throws IOException if there is none */
        Guest of(Vmi vmi) throws IOException;
    }

    @Override
    public ByteChannel console(Vmi vmi) throws IOException {
        return guests.of(vmi).openConsole();
    }

    @Override
    public ByteChannel vnc(Vmi vmi) throws IOException {
        return guests.of(vmi).openScreen();
    }

    @Override
    public byte[] screenshot(Vmi vmi) throws IOException {
        return guests.of(vmi).screenshot();
    }

    @Override
    public InputStream consoleLog(Vmi vmi) throws IOException {
        Path log = guests.of(vmi).console();
        if (!Files.exists(log)) {
            return InputStream.nullInputStream();
        }
        FileChannel channel = FileChannel.open(log);
        return Channels.newInputStream(channel.position(Math.max(0, channel.size() - MOST_LOG)));
    }
}
