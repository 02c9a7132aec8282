package io.nephele.sandbox.standin.cdi;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** A web server with images, which are whatever is in a folder. It can be slow, and break. */
final class Images implements AutoCloseable {

    private final Path folder;
    private final HttpServer server;

    /** Whether answers are cut off in the middle. */
    volatile boolean cutsOff;

    /** In the middle of an answer it waits for this. */
    volatile CountDownLatch middle = new CountDownLatch(0);

    Images(Path folder) throws IOException {
        this.folder = folder;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = Files.readAllBytes(
                    folder.resolve(exchange.getRequestURI().getPath().substring(1)));
            exchange.sendResponseHeaders(200, body.length);
            int half = body.length / 2;
            exchange.getResponseBody().write(body, 0, half);
            exchange.getResponseBody().flush();
            middle.await();
            if (!cutsOff) {
                exchange.getResponseBody().write(body, half, body.length - half);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String url(String file) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + file;
    }

    /** As a DataVolume says it. */
    String checksum(String algorithm, String file) {
        try {
            String java = algorithm.replace("sha", "SHA-").replace("md5", "MD5");
            byte[] digest = MessageDigest.getInstance(java).digest(Files.readAllBytes(folder.resolve(file)));
            return algorithm + ":" + HexFormat.of().formatHex(digest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalArgumentException(algorithm, e);
        }
    }

    @Override
    public void close() {
        middle.countDown();
        server.stop(0);
    }
}
