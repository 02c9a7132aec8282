package io.nephele.sandbox.standin;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.nephele.sandbox.controlplane.Pki;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;

/**
 * The one HTTPS server of the stand-in, on 127.0.0.1: admission webhooks, the aggregated API of subresources, the kubelets' logs. A client certificate is
 * asked for, and checked against the sandbox's authority where one is shown.
 */
public final class HttpsEndpoint implements AutoCloseable {

    /** Longer than the API server keeps a connection that it does not use, so that it never writes to one that is just being closed. */
    private static final Duration IDLE = Duration.ofMinutes(2);

    private final Server server = new Server(threads());
    private final ServerConnector connector;
    private final ServerWebSocketContainer webSockets = ServerWebSocketContainer.ensure(server);
    private final Map<String, RequestHandler> handlers = new ConcurrentHashMap<>();
    private final String authority;

    /** Answers requests, each on a virtual thread of its own. */
    @FunctionalInterface
    public interface RequestHandler {

        Answer answer(Request request) throws IOException;
    }

    /**
     * Listens at once; handlers may be added later.
     *
     * @param pki holds {@code ca.crt}, {@code stand-in.crt} and {@code stand-in.key}
     */
    public HttpsEndpoint(Path pki, int port) throws IOException, GeneralSecurityException {
        authority = Files.readString(pki.resolve("ca.crt"));
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        // The API server calls by other names than those in the certificate.
        http.addCustomizer(new SecureRequestCustomizer(false));
        var tls = new SslContextFactory.Server();
        tls.setSslContext(sslContext(pki));
        tls.setWantClientAuth(true);
        connector =
                new ServerConnector(server, new SslConnectionFactory(tls, "http/1.1"), new HttpConnectionFactory(http));
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        connector.setIdleTimeout(IDLE.toMillis());
        // A console may be silent for as long as it likes.
        webSockets.setIdleTimeout(Duration.ZERO);
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(org.eclipse.jetty.server.Request request, Response response, Callback callback)
                    throws Exception {
                return serve(request, response, callback);
            }
        });
        try {
            server.start();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static QueuedThreadPool threads() {
        var threads = new QueuedThreadPool();
        threads.setName("https");
        threads.setDaemon(true);
        threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
        return threads;
    }

    /** Serves every path that starts with {@code prefix}; the longest prefix wins. */
    public void handle(String prefix, RequestHandler handler) {
        handlers.put(prefix, handler);
    }

    private boolean serve(org.eclipse.jetty.server.Request sent, Response response, Callback callback)
            throws IOException {
        var request = new Request(sent);
        String prefix = handlers.keySet().stream()
                .filter(request.path()::startsWith)
                .max(Comparator.comparingInt(String::length))
                .orElse(null);
        RequestHandler handler = prefix == null ? null : handlers.get(prefix);
        if (handler == null) {
            return false;
        }
        switch (handler.answer(request)) {
            case Answer.Content content -> write(content, response, callback);
            case Answer.Tunnel tunnel -> open(tunnel, sent, response, callback);
        }
        return true;
    }

    private static void write(Answer.Content content, Response response, Callback callback) {
        response.setStatus(content.code());
        if (content.body().length > 0) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, content.type());
        }
        response.write(true, ByteBuffer.wrap(content.body()), callback);
    }

    private void open(
            Answer.Tunnel tunnel, org.eclipse.jetty.server.Request request, Response response, Callback callback)
            throws IOException {
        boolean upgraded = false;
        try {
            upgraded = webSockets.upgrade(
                    (offer, accepted, _) -> {
                        if (offer.hasSubProtocol(tunnel.protocol())) {
                            accepted.setAcceptedSubProtocol(tunnel.protocol());
                        }
                        return new Tunnel(tunnel.channel());
                    },
                    request,
                    response,
                    callback);
        } finally {
            if (!upgraded) {
                tunnel.channel().close();
            }
        }
        if (!upgraded) {
            Response.writeError(request, response, callback, 400, "WebSocket expected");
        }
    }

    public int port() {
        return connector.getLocalPort();
    }

    /** {@code https://127.0.0.1:<port>}. */
    public String url() {
        return "https://127.0.0.1:" + port();
    }

    /** The certificate of the authority, base64 of its PEM: what a webhook's {@code caBundle} holds. */
    public String caBundle() {
        return Base64.getEncoder().encodeToString(authority.getBytes(US_ASCII));
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext sslContext(Path pki) throws IOException, GeneralSecurityException {
        Certificate ca = certificate(pki.resolve("ca.crt"));
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry("own", key(pki.resolve("stand-in.key")), new char[0], new Certificate[] {
            certificate(pki.resolve("stand-in.crt")), ca
        });
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);

        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new Pki(pki).trust(), null);
        return context;
    }

    private static Certificate certificate(Path pem) throws IOException, GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(pem)));
    }

    private static PrivateKey key(Path pem) throws IOException, GeneralSecurityException {
        String base64 =
                Files.readString(pem).replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }
}
