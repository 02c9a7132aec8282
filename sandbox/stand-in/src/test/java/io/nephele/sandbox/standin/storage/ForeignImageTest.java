package io.nephele.sandbox.standin.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignImageTest {

    private static final long MEBI = 1 << 20;
    private static final Volume VOLUME = new Volume("replicated", "any", "a", 8 * MEBI);

    @TempDir
    private Path directory;

    private Path original;
    private Path image;
    private DiskStore store;

    @BeforeAll
    static void needsQemu() {
        Qemu.assumeInstalled();
    }

    @BeforeEach
    void open() throws IOException {
        store = DiskStore.open(directory.resolve("disks"), Set.of(), OpenDisks.NONE);
        original = directory.resolve("original");
        Qemu.run("qemu-img", "create", "-f", "qcow2", original.toString(), "4M");
        Qemu.write(original, 7);
        image = store.scratch().resolve("image");
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "qcow2", "vmdk", "vdi", "vpc", "vhdx"})
    void anImageOfAnyFormatBecomesADiskOfTheSizeOfItsVolume(String format) throws Exception {
        Qemu.run("qemu-img", "convert", "-O", format, original.toString(), image.toString());
        store.fill(VOLUME, image, VOLUME.bytes());
        assertThat(Qemu.same(original, "qcow2", store.file(VOLUME))).isTrue();
        assertThat(Qcow2Header.read(store.file(VOLUME))).isEqualTo(new Qcow2Header(3, 8 * MEBI, null, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "xz", "zstd"})
    void aCompressedImageIsUnpacked(String tool) throws Exception {
        Qemu.run("qemu-img", "convert", "-O", "raw", original.toString(), image.toString());
        Qemu.run("sh", "-c", "%s -c %s > %s".formatted(tool, image, directory.resolve("packed")));
        Files.move(directory.resolve("packed"), image, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        store.fill(VOLUME, image, VOLUME.bytes());
        assertThat(Qemu.same(original, "qcow2", store.file(VOLUME))).isTrue();
    }

    @Test
    void whatUnpacksToMoreThanAVolumeCanHoldIsGivenUp() throws Exception {
        Qemu.run("sh", "-c", "head -c 200M /dev/zero | gzip -1 > " + image);
        assertThatThrownBy(() -> store.fill(VOLUME, image, VOLUME.bytes())).isInstanceOf(IOException.class);
        assertThat(store.holds(VOLUME)).isFalse();
        Files.deleteIfExists(image);
        assertThat(store.scratch()).isEmptyDirectory();
    }

    @Test
    void anImageThatIsLargerThanTheVolumeIsRefused() {
        Qemu.run("qemu-img", "create", "-f", "qcow2", image.toString(), "16M");
        assertThatThrownBy(() -> store.fill(VOLUME, image, VOLUME.bytes()))
                .isInstanceOfSatisfying(
                        BadImage.class, e -> assertThat(e.isTooLarge()).isTrue())
                .hasMessage(
                        "virtual image size 16777216 is larger than the reported available storage 8388608. A larger PVC is required");
        assertThat(store.holds(VOLUME)).isFalse();
    }

    @Test
    void anImageThatNamesAFileOfThisMachineAsItsBackingFileIsRefused() throws Exception {
        Path secret = Files.write(directory.resolve("secret"), new byte[(int) MEBI]);
        Qemu.run("qemu-img", "create", "-f", "qcow2", "-b", secret.toString(), "-F", "raw", image.toString(), "1M");
        assertThatThrownBy(() -> store.fill(VOLUME, image, VOLUME.bytes()))
                .isInstanceOf(BadImage.class)
                .hasMessage("Image /scratch/tmpimage is invalid because it has invalid backing file " + secret);
    }

    @Test
    void anImageWhoseDataAreInAnotherFileIsRefused() throws Exception {
        Path secret = directory.resolve("secret");
        Qemu.run(
                "qemu-img",
                "create",
                "-f",
                "qcow2",
                "-o",
                "data_file=" + secret + ",data_file_raw=on",
                image.toString(),
                "1M");
        assertThatThrownBy(() -> store.fill(VOLUME, image, VOLUME.bytes()))
                .isInstanceOf(BadImage.class)
                .hasMessageContaining("its data are in another file");
    }

    @Test
    void aDescriptionOfAnImageThatNamesAFileOfThisMachineIsNoMoreThanItsText() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "secret".repeat(1000));
        String description = """
                # Disk DescriptorFile
                version=1
                CID=fffffffe
                parentCID=ffffffff
                createType="monolithicFlat"

                RW 8 FLAT "%s" 0
                """.formatted(secret);
        Files.writeString(image, description + " ".repeat(1024 - description.length()));
        store.fill(VOLUME, image, VOLUME.bytes());
        Path raw = directory.resolve("raw");
        Qemu.run("qemu-img", "convert", "-O", "raw", store.file(VOLUME).toString(), raw.toString());
        assertThat(Files.readString(raw, java.nio.charset.StandardCharsets.ISO_8859_1))
                .startsWith(description)
                .doesNotContain("secretsecret");
    }

    @Test
    void aSparseImageThatNamesAFileOfThisMachineAsItsExtentIsRefused() throws Exception {
        Path secret = Files.write(directory.resolve("secret"), new byte[4096]);
        // A header without a capacity: the description in it is followed.
        ByteBuffer header = ByteBuffer.allocate(1024).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        header.put("KDMV".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        header.putInt(4, 1).putLong(28, 1).putLong(36, 1);
        header.put(512, """
                # Disk DescriptorFile
                version=1
                CID=fffffffe
                parentCID=ffffffff
                createType="monolithicFlat"

                RW 8 FLAT "%s" 0
                """.formatted(secret).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        Files.write(image, header.array());
        assertThatThrownBy(() -> store.fill(VOLUME, image, VOLUME.bytes()))
                .isInstanceOf(BadImage.class)
                .hasMessageContaining("its data are in another file");
        assertThat(store.holds(VOLUME)).isFalse();
    }

    @Test
    void aBrokenImageLeavesNoDisk() throws Exception {
        Files.copy(original, image);
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
            // Its table of clusters is where none can be.
            channel.write(ByteBuffer.allocate(8).putLong(0, 1), 40);
        }
        assertThatThrownBy(() -> store.fill(VOLUME, image, VOLUME.bytes()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("qemu-img");
        assertThat(store.holds(VOLUME)).isFalse();
    }
}
