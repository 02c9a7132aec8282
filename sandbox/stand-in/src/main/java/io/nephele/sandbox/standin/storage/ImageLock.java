package io.nephele.sandbox.standin.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps QEMU from opening a disk for writing, by the locks with which its processes keep each other off (block/file-posix.c): who writes to an image has locked its byte 101,
 * who lets nobody write its byte 201. While it is held the file must not be opened and closed in this process: that would give up the lock.
 */
final class ImageLock implements AutoCloseable {

    private static final int WRITES = 101;
    private static final int LETS_NOBODY_WRITE = 201;

    private final FileChannel channel;

    private ImageLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Takes it. */
    static ImageLock hold(Path image) throws IOException {
        FileChannel channel = FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock(LETS_NOBODY_WRITE, 1, true);
            FileLock writes = lock == null ? null : channel.tryLock(WRITES, 1, false);
            if (writes == null) {
                throw new IOException(image + " is in use");
            }
            writes.release();
            return new ImageLock(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
