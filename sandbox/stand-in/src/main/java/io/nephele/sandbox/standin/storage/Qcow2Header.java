package io.nephele.sandbox.standin.storage;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The header of a qcow2 file, as QEMU's docs/interop/qcow2.txt describes it. It is read here, and not by QEMU, of files that nobody knows yet: QEMU opens what they name.
 *
 * @param version 1 is the older format qcow
 * @param bytes how large the disk is
 * @param backing the file under this one, as it is named in it, or null
 * @param hasDataFile whether the data are in a file of their own
 */
record Qcow2Header(int version, long bytes, @Nullable String backing, boolean hasDataFile) {

    private static final int LENGTH = 104;
    private static final int MAGIC = 'Q' << 24 | 'F' << 16 | 'I' << 8 | 0xfb;
    private static final int LONGEST_NAME = 1023;
    private static final int EXTERNAL_DATA_FILE = 4;

    /** Reads the header of a file that is known to have one. */
    static Qcow2Header read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            ByteBuffer header = ByteBuffer.wrap(in.readNBytes(LENGTH));
            if (header.limit() < 72 || header.getInt(0) != MAGIC) {
                throw new IOException(file + " is not in qcow2 format");
            }
            int version = header.getInt(4);
            int features = version >= 3 && header.limit() >= 80 ? header.getInt(76) : 0;
            return new Qcow2Header(
                    version,
                    header.getLong(24),
                    backing(file, header.getLong(8), header.getInt(16)),
                    (features & EXTERNAL_DATA_FILE) != 0);
        }
    }

    private static @Nullable String backing(Path file, long offset, int length) throws IOException {
        if (offset == 0) {
            return null;
        }
        if (length < 0 || length > LONGEST_NAME) {
            throw new IOException("The backing file of " + file + " has too long a name");
        }
        try (var in = new DataInputStream(Files.newInputStream(file))) {
            in.skipNBytes(offset);
            byte[] name = new byte[length];
            in.readFully(name);
            return new String(name, StandardCharsets.UTF_8);
        }
    }
}
