package io.nephele.sandbox.standin.storage;

import static io.nephele.sandbox.standin.storage.DiskFiles.BASE;
import static io.nephele.sandbox.standin.storage.DiskFiles.DISK;
import static io.nephele.sandbox.standin.storage.DiskFiles.PART;
import static io.nephele.sandbox.standin.storage.DiskFiles.list;
import static io.nephele.sandbox.standin.storage.DiskFiles.named;
import static io.nephele.sandbox.standin.storage.DiskFiles.publish;
import static io.nephele.sandbox.standin.storage.DiskFiles.stem;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The disks of claims, one qcow2 file each: {@code <class>/<volume>.qcow2}, or {@code <class>/<node>/<volume>.qcow2} where only one node has the storage. A guest opens
 * such a file for reading and writing; QEMU's locks see to it that no two do.
 *
 * <p>A file of that name is whole: it was made under another name ({@code .part}), is on the medium and was then renamed. Where storage is not local, a clone copies
 * nothing: what is cloned becomes a base ({@code .base}), which nobody writes to any more, with two disks on it. What is needed no more, after a crash too, is found from
 * the files themselves.
 */
public final class DiskStore {

    private static final String SCRATCH = ".scratch";

    private final Path directory;
    private final Set<String> local;
    private final OpenDisks guests;
    private final QemuImg qemuImg;
    private final Layers layers;

    /** Held while files are laid on each other or taken away. */
    private final ReentrantLock lock = new ReentrantLock();

    private DiskStore(Path directory, Set<String> local, OpenDisks guests) {
        this.directory = directory;
        this.local = Set.copyOf(local);
        this.guests = guests;
        this.qemuImg = new QemuImg(scratch());
        this.layers = new Layers(qemuImg);
    }

    /**
     * Opens the store in a folder, which is made if need be. What a crash left half done goes.
     *
     * @param local the classes of storage that one node has for itself
     */
    public static DiskStore open(Path directory, Set<String> local, OpenDisks guests) throws IOException {
        var store = new DiskStore(directory.toAbsolutePath(), local, guests);
        Files.createDirectories(store.scratch());
        for (Path left : list(store.scratch(), _ -> true)) {
            Files.delete(left);
        }
        for (Path folder : store.folders()) {
            for (Path half : list(folder, named(PART))) {
                Files.delete(half);
            }
            Layers.removeUnused(folder);
            for (Path base : list(folder, named(BASE))) {
                Layers.protect(base);
            }
        }
        return store;
    }

    /** Where files may lie while they are worked on; it is empty after a start. */
    public Path scratch() {
        return directory.resolve(SCRATCH);
    }

    /** The disk of a claim, or where it will be. */
    public Path file(PersistentVolumeClaim claim) {
        return file(Volume.of(claim));
    }

    /** The disk of a volume, or where it will be. The node that is chosen for a claim matters until its disk is made. */
    public Path file(Volume volume) {
        Path present = find(volume.storageClass(), volume.name());
        return present == null ? folder(volume).resolve(volume.name() + DISK) : present;
    }

    public boolean holds(Volume volume) {
        return find(volume.storageClass(), volume.name()) != null;
    }

    /** Makes an empty disk. */
    public void create(Volume volume) throws IOException, InterruptedException {
        publish(file(volume), part -> qemuImg.create(part, volume.bytes()));
    }

    /**
     * Makes a disk of what is in an image file of any format that CDI takes; the file may be changed by that.
     *
     * @param available how large the disk in the image may be
     */
    public void fill(Volume volume, Path image, long available) throws BadImage, IOException, InterruptedException {
        Format format = new ForeignImage(qemuImg, image).examine(available);
        publish(file(volume), part -> {
            qemuImg.convert(image, format, part);
            enlarge(part, volume.bytes());
        });
    }

    /**
     * Makes a disk that is like another one, and then its own.
     *
     * @throws IOException among others if a guest has the other one open
     */
    public void clone(Volume source, Volume target) throws IOException, InterruptedException {
        Path from = file(source);
        Path to = file(target);
        if (Files.notExists(from)) {
            throw new IOException("There is no disk " + source.name());
        }
        long bytes = Math.max(target.bytes(), size(from));
        boolean thin =
                !local.contains(source.storageClass()) && DiskFiles.folder(from).equals(DiskFiles.folder(to));
        if (thin && overlay(from, to, bytes)) {
            return;
        }
        publish(to, part -> {
            qemuImg.convert(from, Format.QCOW2, part);
            enlarge(part, bytes);
        });
    }

    /** Makes a disk as large as its volume; a guest that has it open is told. One that is not there, or large enough, is left alone. */
    public void grow(Volume volume) throws IOException, InterruptedException {
        Path file = find(volume.storageClass(), volume.name());
        if (file != null && size(file) < volume.bytes() && !guests.resize(file, volume.bytes())) {
            enlarge(file, volume.bytes());
        }
    }

    /** Removes a disk, and what only it was made of. One that is not there is no matter. */
    public void delete(Volume volume) throws IOException {
        lock.lock();
        try {
            Path file = find(volume.storageClass(), volume.name());
            if (file != null) {
                Files.delete(file);
                Layers.removeUnused(DiskFiles.folder(file));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Removes all disks but those of these volumes, by name. */
    public void retain(Set<String> volumes) throws IOException {
        lock.lock();
        try {
            for (Path folder : folders()) {
                for (Path disk : list(folder, named(DISK))) {
                    if (!volumes.contains(stem(disk))) {
                        Files.delete(disk);
                    }
                }
                Layers.removeUnused(folder);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Makes a clone that copies nothing; false if too much lies under it already. */
    private boolean overlay(Path from, Path to, long bytes) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            Path base = layers.base(from);
            if (base != null) {
                publish(to, part -> qemuImg.overlay(part, base, bytes));
            }
            return base != null;
        } finally {
            lock.unlock();
        }
    }

    private void enlarge(Path disk, long bytes) throws IOException, InterruptedException {
        if (size(disk) < bytes) {
            qemuImg.resize(disk, bytes);
        }
    }

    private long size(Path disk) throws IOException {
        // See ImageLock.
        lock.lock();
        try {
            return Qcow2Header.read(disk).bytes();
        } finally {
            lock.unlock();
        }
    }

    private Path folder(Volume volume) {
        Path folder = directory.resolve(volume.storageClass());
        return local.contains(volume.storageClass()) ? folder.resolve(volume.node()) : folder;
    }

    private @Nullable Path find(String storageClass, String name) {
        Path folder = directory.resolve(storageClass);
        try {
            return (local.contains(storageClass) ? subfolders(folder).stream() : Stream.of(folder))
                    .map(one -> one.resolve(name + DISK))
                    .filter(Files::exists)
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All folders that may hold disks. */
    private List<Path> folders() throws IOException {
        var all = new ArrayList<Path>();
        for (Path storageClass : subfolders(directory)) {
            all.add(storageClass);
            all.addAll(subfolders(storageClass));
        }
        return all;
    }

    private static List<Path> subfolders(Path folder) throws IOException {
        return Files.isDirectory(folder)
                ? list(folder, one -> Files.isDirectory(one) && !one.endsWith(SCRATCH))
                : List.of();
    }
}
