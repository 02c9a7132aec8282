package io.nephele.sandbox.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The public images of a sandbox: what real guests boot from is built from the packages of the distribution, once for all clones. */
final class GuestImages {

    /** A public image, and where it comes from. */
    record GuestImage(String name, String description, String url, String size) {}

    /** The one that is always there. */
    static final String TINY = "tiny";

    /** Has cloud-init and QEMU's agent. */
    static final String DEBIAN = "debian-12";

    private GuestImages() {}

    /** Of simulated guests, who boot from nothing. */
    static List<GuestImage> simulated(ImageServer server) {
        return List.of(tiny(server.url(TINY + ".qcow2")));
    }

    /** The folder of the tiny image and its kernel. It is built if need be. */
    static Path tinyFolder(Path home) throws IOException, InterruptedException {
        return Objects.requireNonNull(Path.of(build(home, TINY)).getParent());
    }

    /** Of real guests: the tiny one, which is built if need be, and Debian where {@code make guest-image} has built it. */
    static List<GuestImage> real(ImageServer server, Path home) throws IOException, InterruptedException {
        var images = new ArrayList<GuestImage>();
        images.add(tiny(server.url(TINY + ".qcow2", Path.of(build(home, TINY)))));
        String debian = build(home, "--cached", "debian");
        if (!debian.isEmpty()) {
            images.add(new GuestImage(
                    DEBIAN, "Debian 12 (bookworm)", server.url(DEBIAN + ".qcow2", Path.of(debian)), "3Gi"));
        }
        return List.copyOf(images);
    }

    /** Builds the Debian, which takes minutes, unless it is there. */
    static void buildDebian(Path home) throws IOException, InterruptedException {
        build(home, "debian");
    }

    /** Of a cluster that exists, which reaches the world. */
    static List<GuestImage> ofTheWorld() {
        return List.of(new GuestImage(
                "debian-13",
                "Debian 13 (trixie)",
                "https://cloud.debian.org/images/cloud/trixie/latest/debian-13-generic-amd64.qcow2",
                "3Gi"));
    }

    private static GuestImage tiny(String url) {
        return new GuestImage(TINY, "Linux and busybox, boots in seconds; the user is called user", url, "3Gi");
    }

    private static String build(Path home, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(
                List.of(home.resolve("sandbox/guest-images/build").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String path = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException("The guest image could not be built: " + String.join(" ", command));
        }
        return path;
    }
}
