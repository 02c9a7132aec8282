package io.nephele.sandbox.launcher;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/** A web server with the example images of the sandbox. Simulated guests boot from nothing, so the files are only a header long. */
final class ImageServer implements AutoCloseable {

    private static final byte[] QCOW2_HEADER = {'Q', 'F', 'I', (byte) 0xfb, 0, 0, 0, 3};

    private final HttpServer server;

    ImageServer(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                boolean head = exchange.getRequestMethod().equals("HEAD");
                exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
                exchange.sendResponseHeaders(200, head ? -1 : QCOW2_HEADER.length);
                if (!head) {
                    exchange.getResponseBody().write(QCOW2_HEADER);
                }
            }
        });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    String url(String file) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + file;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
