package io.nephele.sandbox.standin.network;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/**
 * A connection of a QEMU process, as {@code -netdev stream} speaks: each frame after its length in four bytes, big-endian.
 *
 * <p>What is sent waits in a buffer of fixed size while the process does not read, and is dropped when that is full, as a switch drops: TCP copes, and nobody else waits.
 */
final class Cable implements AutoCloseable {

    private static final int LENGTH = 4;
    private static final int QUEUE = 128 << 10;
    /** The longest QEMU sends, whatever the MTU (NET_BUFSIZE). */
    private static final int MAX_RECEIVED = 68 << 10;

    private final SocketChannel channel;
    private ByteBuffer filling = ByteBuffer.allocateDirect(QUEUE);
    private ByteBuffer draining = ByteBuffer.allocateDirect(QUEUE);
    private boolean closed;

    Cable(SocketChannel channel) {
        this.channel = channel;
        Thread.ofVirtual().name("cable-writer").start(this::write);
    }

    /** Never waits. */
    synchronized void send(Frame frame) {
        if (closed || filling.remaining() < LENGTH + frame.length()) {
            return;
        }
        int at = filling.position();
        filling.putInt(frame.length());
        filling.put(at + LENGTH, frame.buffer(), frame.start(), frame.length());
        filling.position(at + LENGTH + frame.length());
        notifyAll();
    }

    /** Hands frames of a length that Ethernet allows to {@code receiver} until the process is gone. */
    void read(Consumer<Frame> receiver) {
        var received = ByteBuffer.allocateDirect(LENGTH + MAX_RECEIVED);
        try (this) {
            while (channel.read(received) >= 0) {
                received.flip();
                take(received, receiver);
                received.compact();
            }
        } catch (IOException gone) {
            // A process that ends with frames on their way resets the connection. It may connect again.
        }
    }

    private static void take(ByteBuffer received, Consumer<Frame> receiver) throws IOException {
        while (received.remaining() >= LENGTH) {
            int length = received.getInt(received.position());
            if (length < 0 || length > MAX_RECEIVED) {
                throw new IOException("A frame of " + length + " bytes");
            }
            if (received.remaining() < LENGTH + length) {
                return;
            }
            var frame = new Frame(received, received.position() + LENGTH, length);
            if (frame.hasValidLength()) {
                receiver.accept(frame);
            }
            received.position(received.position() + LENGTH + length);
        }
    }

    private void write() {
        try (this) {
            while (nextBatch()) {
                while (draining.hasRemaining()) {
                    channel.write(draining);
                }
            }
        } catch (IOException | InterruptedException gone) {
            // Its reader sees the same.
        }
    }

    /** Waits for frames and makes {@code draining} of them; false at the end. */
    private synchronized boolean nextBatch() throws InterruptedException {
        while (filling.position() == 0 && !closed) {
            wait();
        }
        var batch = filling.flip();
        filling = draining.clear();
        draining = batch;
        return !closed;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }
}
