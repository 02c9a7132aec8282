package io.nephele.sandbox.controlplane;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The folder with {@code etcd}, {@code kube-apiserver}, {@code kube-controller-manager} and {@code kubectl}: what {@code NEPHELE_CONTROL_PLANE} names, else the
 * cache that {@code sandbox/control-plane/build} fills.
 */
public record Binaries(Path directory) {

    /** @throws IllegalStateException if the binaries have not been built yet; the message says how */
    public static Binaries locate() {
        String given = System.getenv("NEPHELE_CONTROL_PLANE");
        Path directory = given == null || given.isEmpty() ? cache() : Path.of(given);
        if (!Files.isExecutable(directory.resolve("kube-apiserver"))) {
            throw new IllegalStateException(
                    "There is no kube-apiserver in " + directory + ". Run: sandbox/control-plane/build");
        }
        return new Binaries(directory);
    }

    String path(String name) {
        return directory.resolve(name).toString();
    }

    private static Path cache() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg == null || xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return base.resolve("nephele/control-plane").resolve(key());
    }

    /** The same key that the build script computes: the first 16 hex digits of the SHA-256 of go.mod followed by go.sum. */
    private static String key() {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (String file : new String[] {"go.mod", "go.sum"}) {
                try (InputStream in = Binaries.class.getResourceAsStream(file)) {
                    if (in == null) {
                        throw new IllegalStateException(file + " is not among this module's resources");
                    }
                    sha256.update(in.readAllBytes());
                }
            }
            return HexFormat.of().formatHex(sha256.digest()).substring(0, 16);
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
