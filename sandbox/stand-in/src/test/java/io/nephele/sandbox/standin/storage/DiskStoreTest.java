package io.nephele.sandbox.standin.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskStoreTest {

    private static final long MEBI = 1 << 20;

    @TempDir
    private Path directory;

    private final Map<Path, Long> told = new HashMap<>();
    private DiskStore store;

    @BeforeAll
    static void needsQemu() {
        Qemu.assumeInstalled();
    }

    @BeforeEach
    void open() throws IOException {
        store = DiskStore.open(directory.resolve("disks"), Set.of("local"), (disk, bytes) -> {
            told.put(disk, bytes);
            return disk.toString().contains("running");
        });
    }

    @Test
    void aCloneAndWhatItWasClonedFromAreEachTheirOwn() throws Exception {
        store.create(volume("a"));
        Qemu.write(file("a"), 1);
        store.clone(volume("a"), volume("b"));
        Qemu.write(file("a"), 2);
        assertThat(Qemu.reads(file("b"), 1)).isTrue();
        Qemu.write(file("b"), 3);
        assertThat(Qemu.reads(file("a"), 2)).isTrue();
        assertThat(Qemu.reads(file("b"), 3)).isTrue();
        // Its clone is of what it is by now.
        store.clone(volume("a"), volume("c"));
        Qemu.write(file("a"), 4);
        assertThat(Qemu.reads(file("c"), 2)).isTrue();
    }

    @Test
    void aCloneCopiesNothing() throws Exception {
        store.create(volume("a"));
        Qemu.write(file("a"), 1);
        store.clone(volume("a"), volume("b"));
        assertThat(Files.size(file("b"))).isLessThan(MEBI);
        assertThat(Qemu.reads(file("b"), 1)).isTrue();
    }

    @Test
    void aGoldenImageIsNotLayeredAgain() throws Exception {
        store.create(volume("golden"));
        Qemu.write(file("golden"), 1);
        for (String clone : List.of("a", "b", "c")) {
            store.clone(volume("golden"), volume(clone));
            Qemu.write(file(clone), 2);
        }
        assertThat(bases()).hasSize(1);
        assertThat(Qemu.reads(file("golden"), 1)).isTrue();
    }

    @Test
    void aBaseGoesWithTheLastDiskOnIt() throws Exception {
        store.create(volume("a"));
        Qemu.write(file("a"), 1);
        store.clone(volume("a"), volume("b"));
        Qemu.write(file("a"), 2);
        store.clone(volume("a"), volume("c"));
        assertThat(bases()).hasSize(2);
        store.delete(volume("a"));
        assertThat(Qemu.reads(file("b"), 1)).isTrue();
        assertThat(Qemu.reads(file("c"), 2)).isTrue();
        store.delete(volume("b"));
        // One lies on the other.
        assertThat(bases()).hasSize(2);
        store.delete(volume("c"));
        assertThat(files()).isEmpty();
        store.delete(volume("c"));
    }

    @Test
    void aDiskThatIsClonedAgainAndAgainIsCopiedOneDay() throws Exception {
        store.create(volume("a"));
        for (int i = 1; i <= 12; i++) {
            Qemu.write(file("a"), i);
            store.clone(volume("a"), volume("clone-" + i));
        }
        assertThat(bases()).hasSizeLessThan(10);
        for (int i = 1; i <= 12; i++) {
            assertThat(Qemu.reads(file("clone-" + i), i)).isTrue();
        }
    }

    @Test
    void aDiskThatAGuestHasOpenIsNotCloned() throws Exception {
        store.create(volume("a"));
        Qemu.write(file("a"), 1);
        Process guest = Qemu.open(file("a"));
        try {
            assertThatThrownBy(() -> store.clone(volume("a"), volume("b"))).isInstanceOf(IOException.class);
        } finally {
            guest.destroy();
            guest.waitFor();
        }
        assertThat(files()).hasSize(1);
        store.clone(volume("a"), volume("b"));
        assertThat(Qemu.reads(file("b"), 1)).isTrue();
    }

    @Test
    void noGuestOpensADiskWhileItIsLocked() throws Exception {
        store.create(volume("a"));
        try (ImageLock _ = ImageLock.hold(file("a"))) {
            assertThatThrownBy(() -> Qemu.write(file("a"), 1)).hasMessageContaining("Failed to get \"write\" lock");
        }
        Qemu.write(file("a"), 1);
    }

    @Test
    void aLargerCloneShowsZeroesAtItsEnd() throws Exception {
        store.create(volume("a"));
        Qemu.write(file("a"), 1);
        Volume larger = new Volume("replicated", "any", "b", 8 * MEBI);
        store.clone(volume("a"), larger);
        assertThat(Qcow2Header.read(file("b")).bytes()).isEqualTo(8 * MEBI);
        Qemu.run("qemu-io", "-f", "qcow2", "-c", "read -P 0 4M 4M", file("b").toString());
        store.clone(larger, new Volume("replicated", "any", "c", 16 * MEBI));
        assertThat(bases()).hasSize(1);
        Qemu.run("qemu-io", "-f", "qcow2", "-c", "read -P 0 4M 12M", file("c").toString());
    }

    @Test
    void localStorageIsCopiedToItsNodeAndFoundThere() throws Exception {
        var source = new Volume("local", "node-1", "a", 4 * MEBI);
        var target = new Volume("local", "node-2", "b", 4 * MEBI);
        store.create(source);
        Qemu.write(store.file(source), 1);
        store.clone(source, target);
        assertThat(store.file(target)).endsWith(Path.of("local/node-2/b.qcow2"));
        assertThat(Qemu.reads(store.file(target), 1)).isTrue();
        assertThat(bases()).isEmpty();
        assertThat(store.file(new Volume("local", "node-3", "a", 4 * MEBI))).isEqualTo(store.file(source));
        // From one class to another nothing can be shared either.
        store.clone(source, volume("c"));
        Qemu.write(store.file(source), 2);
        assertThat(Qemu.reads(file("c"), 1)).isTrue();
    }

    @Test
    void whatACrashLeftIsClearedAway() throws Exception {
        store.create(volume("a"));
        Qemu.write(file("a"), 1);
        Path folder = DiskFiles.folder(file("a"));
        Files.writeString(folder.resolve("b.part"), "half");
        Files.writeString(store.scratch().resolve("import.image"), "half");
        // Between the two steps that lay a disk on a base.
        Files.createLink(folder.resolve("a-1.base"), file("a"));
        open();
        assertThat(files()).containsExactly("a.qcow2");
        assertThat(store.scratch()).isEmptyDirectory();
        assertThat(Qemu.reads(file("a"), 1)).isTrue();
        Qemu.write(file("a"), 2);
    }

    @Test
    void aCopyThatIsKilledLeavesNoDiskAndNobodyWhoGoesOnWithIt() throws Exception {
        store.create(KilledCopy.volume("a"));
        Path source = store.file(KilledCopy.volume("a"));
        Qemu.run("qemu-io", "-f", "qcow2", "-c", "write -P 1 0 700M", source.toString());
        Path part = source.resolveSibling("b.part");
        Process process = KilledCopy.start(directory.resolve("disks"));
        await().pollInterval(Duration.ofMillis(1)).until(() -> Files.exists(part));
        process.destroyForcibly().waitFor();
        await().until(() -> ProcessHandle.allProcesses()
                .noneMatch(any -> any.info().commandLine().orElse("").contains(part.toString())));
        assertThat(part).exists();
        assertThat(store.holds(KilledCopy.volume("b"))).isFalse();
        open();
        assertThat(files()).containsExactly("a.qcow2");
    }

    @Test
    void clonesThatAreMadeAtTheSameTimeShareOneBase() throws Exception {
        store.create(volume("golden"));
        Qemu.write(file("golden"), 1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> clones = IntStream.range(0, 20)
                    .mapToObj(i -> threads.submit(() -> {
                        store.clone(volume("golden"), volume("clone-" + i));
                        return Qemu.reads(file("clone-" + i), 1);
                    }))
                    .toList();
            for (Future<Boolean> clone : clones) {
                assertThat(clone.get()).isTrue();
            }
        }
        assertThat(bases()).hasSize(1);
    }

    @Test
    void theFolderCanBeMoved() throws Exception {
        store.create(volume("a"));
        Qemu.write(file("a"), 1);
        store.clone(volume("a"), volume("b"));
        Qemu.write(file("b"), 2);
        store.clone(volume("b"), volume("c"));
        Files.move(directory.resolve("disks"), directory.resolve("moved"));
        var moved = DiskStore.open(directory.resolve("moved"), Set.of(), OpenDisks.NONE);
        assertThat(Qemu.reads(moved.file(volume("a")), 1)).isTrue();
        assertThat(Qemu.reads(moved.file(volume("c")), 2)).isTrue();
    }

    @Test
    void disksOfVolumesThatAreNoMoreAreRemoved() throws Exception {
        for (String name : List.of("a", "b")) {
            store.create(volume(name));
        }
        store.clone(volume("a"), volume("c"));
        store.retain(Set.of("b"));
        assertThat(files()).containsExactly("b.qcow2");
    }

    @Test
    void aDiskGrowsByItselfOrThroughTheGuestThatHasItOpen() throws Exception {
        store.create(volume("a"));
        store.grow(volume("a"));
        assertThat(told).isEmpty();
        store.grow(new Volume("replicated", "any", "a", 8 * MEBI));
        assertThat(Qcow2Header.read(file("a")).bytes()).isEqualTo(8 * MEBI);
        store.grow(volume("a"));
        assertThat(Qcow2Header.read(file("a")).bytes()).isEqualTo(8 * MEBI);

        store.create(volume("running"));
        store.grow(new Volume("replicated", "any", "running", 8 * MEBI));
        assertThat(told).containsEntry(file("running"), 8 * MEBI);
        assertThat(Qcow2Header.read(file("running")).bytes()).isEqualTo(4 * MEBI);
        store.grow(volume("is-not-there"));
    }

    @Test
    void aGuestThatIsNotKnownToRunKeepsItsDiskFromGrowing() throws Exception {
        store.create(volume("a"));
        Process guest = Qemu.open(file("a"));
        try {
            assertThatThrownBy(() -> store.grow(new Volume("replicated", "any", "a", 8 * MEBI)))
                    .hasMessageContaining("lock");
        } finally {
            guest.destroy();
            guest.waitFor();
        }
    }

    private static Volume volume(String name) {
        return new Volume("replicated", "any", name, 4 * MEBI);
    }

    private Path file(String name) {
        return store.file(volume(name));
    }

    private List<String> bases() throws IOException {
        return files().stream().filter(name -> name.endsWith(".base")).toList();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(directory.resolve("disks"))) {
            return all.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }
}
