package io.nephele.sandbox.standin.kubevirt;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageIO;

/** The doors of a guest that is only a state: it has always just booted, and waits for somebody to log in. */
final class SimulatedDoors implements Doors {

    private static final int WIDTH = 640;
    private static final int HEIGHT = 400;
    private static final int LINE = 18;

    /** Runs at the inner end of a door. */
    private interface Guest {
        void serve(ByteChannel outside) throws IOException;
    }

    @Override
    public ByteChannel console(Vmi vmi) throws IOException {
        return open(outside -> {
            outside.write(bytes(boot(vmi).replace("\n", "\r\n")));
            ByteBuffer typed = ByteBuffer.allocate(1024);
            while (outside.read(typed) >= 0) {
                String echo = StandardCharsets.ISO_8859_1.decode(typed.flip()).toString();
                outside.write(StandardCharsets.ISO_8859_1.encode(echo.replace("\r", "\r\n" + prompt(vmi))));
                typed.clear();
            }
        });
    }

    @Override
    public ByteChannel vnc(Vmi vmi) throws IOException {
        return open(outside -> new VncServer(vmi.name(), picture(vmi), outside).serve());
    }

    @Override
    public byte[] screenshot(Vmi vmi) throws IOException {
        var png = new ByteArrayOutputStream();
        ImageIO.write(picture(vmi), "png", png);
        return png.toByteArray();
    }

    @Override
    public InputStream consoleLog(Vmi vmi) {
        boolean booted = vmi.phase().equals("Running") || vmi.isFinal();
        return new ByteArrayInputStream((booted ? boot(vmi) : "").getBytes(StandardCharsets.UTF_8));
    }

    private static String boot(Vmi vmi) {
        return """
                SeaBIOS (simulated guest)
                Booting from Hard Disk...
                [    0.000000] Linux version 6.12 (simulated) #1 SMP
                [    0.412931] virtio_blk virtio1: [vda] attached
                [    1.102354] cloud-init: Datasource DataSourceNoCloud
                [    1.377120] reached target Multi-User System

                """ + prompt(vmi);
    }

    private static String prompt(Vmi vmi) {
        return vmi.name() + " login: ";
    }

    private static BufferedImage picture(Vmi vmi) {
        var picture = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(Color.LIGHT_GRAY);
        graphics.setFont(new Font(Font.MONOSPACED, Font.PLAIN, LINE - 4));
        int y = 0;
        for (String line : boot(vmi).split("\n")) {
            y += LINE;
            graphics.drawString(line, 4, y);
        }
        graphics.dispose();
        return picture;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Two pipes: one end is the client's, the other the guest's. */
    private static ByteChannel open(Guest guest) throws IOException {
        Pipe in = Pipe.open();
        Pipe out = Pipe.open();
        Thread.ofVirtual().name("guest").start(() -> {
            try (var outside = new Duplex(in.source(), out.sink())) {
                guest.serve(outside);
            } catch (IOException e) {
                // Who looked has gone.
            }
        });
        return new Duplex(out.source(), in.sink());
    }

    /** One end of two pipes. */
    private record Duplex(Pipe.SourceChannel in, Pipe.SinkChannel out) implements ByteChannel {

        @Override
        public int read(ByteBuffer bytes) throws IOException {
            return in.read(bytes);
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            return out.write(bytes);
        }

        @Override
        public boolean isOpen() {
            return in.isOpen() && out.isOpen();
        }

        @Override
        public void close() throws IOException {
            try (in;
                    out) {
                // Both.
            }
        }
    }
}
