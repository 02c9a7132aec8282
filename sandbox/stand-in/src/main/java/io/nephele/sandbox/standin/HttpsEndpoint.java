package io.nephele.sandbox.standin;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/**
 * The one HTTPS server of the stand-in, on 127.0.0.1: admission webhooks, the aggregated API of subresources, the kubelets' logs. A client certificate is
 * asked for, and checked against the sandbox's authority where one is shown.
 */
public final class HttpsEndpoint implements AutoCloseable {

    private final HttpsServer server;
    private final String authority;

    /**
     * Listens at once; handlers may be added later.
     *
     * @param pki holds {@code ca.crt}, {@code stand-in.crt} and {@code stand-in.key}
     */
    public HttpsEndpoint(Path pki, int port) throws IOException, GeneralSecurityException {
        authority = Files.readString(pki.resolve("ca.crt"));
        var context = sslContext(pki);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters ssl = context.getDefaultSSLParameters();
                ssl.setWantClientAuth(true);
                parameters.setSSLParameters(ssl);
            }
        });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    /** Serves every path that starts with {@code prefix}; the longest prefix wins. */
    public void handle(String prefix, HttpHandler handler) {
        server.createContext(prefix, handler);
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** {@code https://127.0.0.1:<port>}. */
    public String url() {
        return "https://127.0.0.1:" + port();
    }

    /** The certificate of the authority, base64 of its PEM: what a webhook's {@code caBundle} holds. */
    public String caBundle() {
        return Base64.getEncoder().encodeToString(authority.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        server.stop(0);
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

        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", ca);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);

        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
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
