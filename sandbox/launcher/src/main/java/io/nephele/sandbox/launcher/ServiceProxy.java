package io.nephele.sandbox.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** What a Service is in a cluster: one address, behind which connections go to one replica after the other, and past one that does not answer. */
final class ServiceProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final List<Integer> replicas = new CopyOnWriteArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    ServiceProxy(int port) throws IOException {
        listener = new ServerSocket(port, 1024, InetAddress.getLoopbackAddress());
        executor.execute(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Puts a replica behind it, which listens on this port of 127.0.0.1 or will. */
    void add(int port) {
        replicas.add(port);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                executor.execute(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket replica = connect()) {
            client.setTcpNoDelay(true);
            replica.setTcpNoDelay(true);
            var back = executor.submit(() -> copy(replica, client));
            copy(client, replica);
            back.get();
        } catch (Exception gone) {
            // Whoever was connected has been told by the closed connection.
        }
    }

    private Socket connect() throws IOException {
        IOException failure = new IOException("There is no replica");
        for (int i = 0; i < replicas.size(); i++) {
            int port = replicas.get(Math.floorMod(next.getAndIncrement(), replicas.size()));
            var socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return socket;
            } catch (IOException e) {
                socket.close();
                failure = e;
            }
        }
        throw failure;
    }

    private static void copy(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException gone) {
            // The other direction ends too, and both sockets are closed.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        executor.shutdownNow();
    }
}
