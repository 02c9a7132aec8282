package io.nephele.sandbox.standin.storage;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The files in a folder of disks, by the ends of their names, and how one comes there whole. */
final class DiskFiles {

    /** A disk. */
    static final String DISK = ".qcow2";

    /** What disks lie on. */
    static final String BASE = ".base";

    /** What is being made. */
    static final String PART = ".part";

    /** Makes a file. */
    @FunctionalInterface
    interface Making {
        void make(Path part) throws IOException, InterruptedException;
    }

    private DiskFiles() {}

    /** Makes a file under another name, brings it to the medium and only then gives it its name. */
    static void publish(Path file, Making making) throws IOException, InterruptedException {
        Files.createDirectories(folder(file));
        Path part = file.resolveSibling(stem(file) + PART);
        try {
            making.make(part);
            sync(part, StandardOpenOption.WRITE);
            Files.move(part, file, ATOMIC_MOVE, REPLACE_EXISTING);
            sync(folder(file), StandardOpenOption.READ);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void sync(Path file, StandardOpenOption mode) throws IOException {
        try (FileChannel channel = FileChannel.open(file, mode)) {
            channel.force(true);
        }
    }

    static Path folder(Path file) {
        return Objects.requireNonNull(file.getParent());
    }

    /** The name without its end. */
    static String stem(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.lastIndexOf('.'));
    }

    static Predicate<Path> named(String end) {
        return file -> file.toString().endsWith(end);
    }

    static List<Path> list(Path folder, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(wanted).toList();
        }
    }
}
