package io.nephele.sandbox.standin.storage;

import static io.nephele.sandbox.standin.storage.DiskFiles.BASE;
import static io.nephele.sandbox.standin.storage.DiskFiles.DISK;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Files that lie on each other, in one folder. A disk lies on bases, which nobody writes to; what lies on what is read from the files. */
record Layers(QemuImg qemuImg) {

    /** As many files may lie on each other; what has more under it is copied. */
    private static final int LONGEST_CHAIN = 8;

    /**
     * The base with the contents of a disk; null if too much lies under it already. A disk that has not been written to since it was laid on one needs no other.
     *
     * @throws IOException among others if a guest has the disk open
     */
    @Nullable Path base(Path disk) throws IOException, InterruptedException {
        Qcow2Header header = Qcow2Header.read(disk);
        if (header.backing() != null && qemuImg.isUnwritten(disk)) {
            return disk.resolveSibling(header.backing());
        }
        if (chain(disk) >= LONGEST_CHAIN) {
            return null;
        }
        // The disk is never missing: the base is a second name of its file, until the overlay takes the first one.
        Path base = disk.resolveSibling(DiskFiles.stem(disk) + "-" + UUID.randomUUID() + BASE);
        try (ImageLock _ = ImageLock.hold(disk)) {
            Files.createLink(base, disk);
            DiskFiles.publish(disk, part -> qemuImg.overlay(part, base, header.bytes()));
        } finally {
            removeUnused(DiskFiles.folder(disk));
        }
        protect(base);
        return base;
    }

    /** How many files make a disk. */
    private static int chain(Path disk) throws IOException {
        int length = 1;
        Path file = disk;
        for (String backing = Qcow2Header.read(file).backing(); backing != null; length++) {
            file = file.resolveSibling(backing);
            backing = Qcow2Header.read(file).backing();
        }
        return length;
    }

    /** Removes bases on which nothing lies. */
    static void removeUnused(Path folder) throws IOException {
        boolean removed = true;
        while (removed) {
            var used = new HashSet<String>();
            for (Path file : DiskFiles.list(folder, DiskFiles.named(DISK).or(DiskFiles.named(BASE)))) {
                String backing = Qcow2Header.read(file).backing();
                if (backing != null) {
                    used.add(backing);
                }
            }
            List<Path> unused = DiskFiles.list(
                    folder,
                    file -> file.toString().endsWith(BASE)
                            && !used.contains(file.getFileName().toString()));
            for (Path base : unused) {
                Files.delete(base);
            }
            removed = !unused.isEmpty();
        }
    }

    static void protect(Path base) throws IOException {
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("r--r--r--"));
    }
}
