package io.nephele.sandbox.standin.storage;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;

/**
 * An image file that nobody vouches for. It could name other files of this machine to be read as its contents: as a backing file, as a file with its data, as an extent. CDI
 * refuses backing files that its pod does not have; here there is no pod around it, and all of them are refused.
 */
record ForeignImage(QemuImg qemuImg, Path file) {

    /** An unpacked image may be so much larger than the disk in it: tables of where what is. */
    private static final long TABLES = 64L << 20;

    /** Unpacks it if it is compressed, and says what it is. */
    Format examine(long available) throws BadImage, IOException, InterruptedException {
        Format packed = Format.of(file);
        if (packed.isCompressed()) {
            qemuImg.unpack(file, packed, available + TABLES);
        }
        Format format = Format.of(file);
        if (format.isCompressed()) {
            throw BadImage.invalid("Invalid format " + format.label() + " for image " + name());
        }
        if (format == Format.QCOW2) {
            examine(Qcow2Header.read(file));
        }
        examine(qemuImg.info(file, format), available);
        return format;
    }

    /** Before QEMU sees it. */
    private void examine(Qcow2Header header) throws BadImage {
        if (header.version() < 2) {
            throw BadImage.invalid("Invalid format qcow for image " + name());
        }
        if (header.backing() != null) {
            throw backedBy(header.backing());
        }
        if (header.hasDataFile()) {
            throw BadImage.invalid("Image " + name() + " is invalid because its data are in another file");
        }
    }

    private void examine(JsonNode info, long available) throws BadImage {
        String backing = info.path("backing-filename").asText();
        if (!backing.isEmpty()) {
            throw backedBy(backing);
        }
        for (JsonNode extent : info.path("format-specific").path("data").path("extents")) {
            if (!extent.path("filename").asText().equals(file.toString())) {
                throw BadImage.invalid("Image " + name() + " is invalid because its data are in another file");
            }
        }
        long bytes = info.path("virtual-size").asLong();
        if (bytes > available) {
            throw BadImage.tooLarge(bytes, available);
        }
    }

    private BadImage backedBy(String backing) {
        return BadImage.invalid(
                "Image %s is invalid because it has invalid backing file %s".formatted(name(), backing));
    }

    /** Where an importer pod would have it. */
    private static String name() {
        return "/scratch/tmpimage";
    }
}
