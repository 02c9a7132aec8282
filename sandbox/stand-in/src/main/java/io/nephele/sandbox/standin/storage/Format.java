package io.nephele.sandbox.standin.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/**
 * What an image file is, told by its first bytes; what is nothing else is raw. QEMU is always told the format: when it guesses, whoever made the file can have it open other
 * files.
 */
enum Format {
    QCOW2("qcow2", 0, "514649fb"),
    VMDK("vmdk", 0, "4b444d56"),
    VDI("vdi", 64, "7f10dabe"),
    VHD("vpc", 0, hex("conectix")),
    VHDX("vhdx", 0, hex("vhdxfile")),
    GZIP("gz", 0, "1f8b", "gzip -d -f -q"),
    XZ("xz", 0, "fd377a585a00", "xz -d -f -q"),
    ZSTD("zst", 0, "28b52ffd", "zstd -d -f -q --rm"),
    RAW("raw", 0, "");

    private static final int HEAD = 512;

    private final String label;
    private final int offset;
    private final String magic;
    private final String unpacking;

    Format(String label, int offset, String magic) {
        this(label, offset, magic, "");
    }

    Format(String label, int offset, String magic, String unpacking) {
        this.label = label;
        this.offset = offset;
        this.magic = magic;
        this.unpacking = unpacking;
    }

    /** As QEMU names it, or the end of the name of a compressed file. */
    String label() {
        return label;
    }

    boolean isCompressed() {
        return !unpacking.isEmpty();
    }

    /** The command that replaces a file whose name ends with the label by what is in it. */
    List<String> unpacking() {
        return List.of(unpacking.split(" "));
    }

    static Format of(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] head = in.readNBytes(HEAD);
            for (Format format : values()) {
                int end = format.offset + format.magic.length() / 2;
                if (head.length >= end
                        && HexFormat.of().formatHex(head, format.offset, end).equals(format.magic)) {
                    return format;
                }
            }
            return RAW;
        }
    }

    private static String hex(String ascii) {
        return HexFormat.of().formatHex(ascii.getBytes(StandardCharsets.US_ASCII));
    }
}
