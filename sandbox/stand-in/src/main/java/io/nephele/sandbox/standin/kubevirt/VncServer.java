package io.nephele.sandbox.standin.kubevirt;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.awt.image.BufferedImage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;

/** A VNC server with one picture that never changes: RFB 3.8 (RFC 6143), without a password, in raw encoding. Keys and pointer do nothing. */
final class VncServer {

    private static final String VERSION = "RFB 003.008\n";
    private static final int NO_AUTHENTICATION = 1;
    private static final int RAW = 0;

    private final String name;
    private final BufferedImage picture;
    private final DataInputStream in;
    private final DataOutputStream out;
    private PixelFormat format = PixelFormat.OURS;

    VncServer(String name, BufferedImage picture, ByteChannel client) {
        this.name = name;
        this.picture = picture;
        in = new DataInputStream(Channels.newInputStream(client));
        out = new DataOutputStream(Channels.newOutputStream(client));
    }

    /** Serves its client until he goes, or does what RFB does not know. */
    void serve() throws IOException {
        greet();
        for (int message = in.read(); message >= 0; message = in.read()) {
            switch (message) {
                case 0 -> { // SetPixelFormat
                    in.skipNBytes(3);
                    format = PixelFormat.read(in);
                }
                case 2 -> { // SetEncodings: every client takes raw
                    in.skipNBytes(1);
                    in.skipNBytes(4L * in.readUnsignedShort());
                }
                case 3 -> update();
                case 4 -> in.skipNBytes(7); // KeyEvent
                case 5 -> in.skipNBytes(5); // PointerEvent
                case 6 -> { // ClientCutText
                    in.skipNBytes(3);
                    in.skipNBytes(Integer.toUnsignedLong(in.readInt()));
                }
                default -> throw new IOException("RFB has no message " + message);
            }
        }
    }

    private void greet() throws IOException {
        out.writeBytes(VERSION);
        in.skipNBytes(VERSION.length());
        out.write(new byte[] {1, NO_AUTHENTICATION});
        in.skipNBytes(1);
        out.writeInt(0);
        // ClientInit: whether others may look on.
        in.skipNBytes(1);
        out.writeShort(picture.getWidth());
        out.writeShort(picture.getHeight());
        out.write(format.bytes());
        out.writeInt(name.length());
        out.write(name.getBytes(US_ASCII));
    }

    /** FramebufferUpdateRequest: who asks for what has changed waits for ever. */
    private void update() throws IOException {
        boolean incremental = in.readBoolean();
        int left = in.readUnsignedShort();
        int top = in.readUnsignedShort();
        int width = Math.min(in.readUnsignedShort(), picture.getWidth() - left);
        int height = Math.min(in.readUnsignedShort(), picture.getHeight() - top);
        if (incremental || width <= 0 || height <= 0) {
            return;
        }
        ByteBuffer update = ByteBuffer.allocate(16 + width * height * format.bits() / 8);
        update.putShort((short) 0).putShort((short) 1);
        update.putShort((short) left)
                .putShort((short) top)
                .putShort((short) width)
                .putShort((short) height);
        update.putInt(RAW);
        for (int pixel : picture.getRGB(left, top, width, height, null, 0, width)) {
            format.put(update, pixel);
        }
        out.write(update.array());
    }

    /** How the client wants its pixels: three colours, each from 0 to its greatest value, shifted into one number. */
    private record PixelFormat(
            int bits,
            boolean bigEndian,
            int redMax,
            int greenMax,
            int blueMax,
            int redShift,
            int greenShift,
            int blueShift) {

        private static final PixelFormat OURS = new PixelFormat(32, false, 255, 255, 255, 16, 8, 0);

        static PixelFormat read(DataInputStream in) throws IOException {
            var bytes = new byte[16];
            in.readFully(bytes);
            ByteBuffer sent = ByteBuffer.wrap(bytes);
            int bits = sent.get(0);
            if (bits != 8 && bits != 16 && bits != 32) {
                throw new IOException("RFB has no pixels of " + bits + " bits");
            }
            return new PixelFormat(
                    bits,
                    sent.get(2) != 0,
                    sent.getChar(4),
                    sent.getChar(6),
                    sent.getChar(8),
                    sent.get(10),
                    sent.get(11),
                    sent.get(12));
        }

        byte[] bytes() {
            int depth = Integer.bitCount(redMax) + Integer.bitCount(greenMax) + Integer.bitCount(blueMax);
            return ByteBuffer.allocate(16)
                    .put((byte) bits)
                    .put((byte) depth)
                    .put((byte) (bigEndian ? 1 : 0))
                    .put((byte) 1)
                    .putChar((char) redMax)
                    .putChar((char) greenMax)
                    .putChar((char) blueMax)
                    .put((byte) redShift)
                    .put((byte) greenShift)
                    .put((byte) blueShift)
                    .array();
        }

        /** Of a pixel with 8 bits of red, green and blue. */
        void put(ByteBuffer update, int pixel) {
            int value = scale(pixel >> 16, redMax, redShift)
                    | scale(pixel >> 8, greenMax, greenShift)
                    | scale(pixel, blueMax, blueShift);
            update.order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
            switch (bits) {
                case 8 -> update.put((byte) value);
                case 16 -> update.putShort((short) value);
                default -> update.putInt(value);
            }
        }

        private static int scale(int colour, int max, int shift) {
            return ((colour & 255) * max / 255) << shift;
        }
    }
}
