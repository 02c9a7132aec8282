package io.nephele.sandbox.launcher;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/** A web server with the images of the sandbox. Simulated guests boot from nothing: where there is no file it serves the header of one. */
final class ImageServer implements AutoCloseable {

    private static final byte[] QCOW2_HEADER = {'Q', 'F', 'I', (byte) 0xfb, 0, 0, 0, 3};

    private final HttpServer server;
    private final Map<String, Path> files = new ConcurrentHashMap<>();

    ImageServer(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", this::serve);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean head = exchange.getRequestMethod().equals("HEAD");
            Path file = files.get(exchange.getRequestURI().getPath());
            long length = file == null ? QCOW2_HEADER.length : Files.size(file);
            exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
            if (head) {
                exchange.getResponseHeaders().set("Content-Length", Long.toString(length));
            }
            exchange.sendResponseHeaders(200, head ? -1 : length);
            if (!head && file == null) {
                exchange.getResponseBody().write(QCOW2_HEADER);
            } else if (!head) {
                Files.copy(file, exchange.getResponseBody());
            }
        }
    }

    /** The URL of an image that is a header only. */
    String url(String name) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + name;
    }

    /** The URL of a file under another name. */
    String url(String name, Path file) {
        files.put("/" + name, file);
        return url(name);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
