package io.nephele.sandbox.launcher;

import io.nephele.sandbox.controlplane.Pki;
import java.io.IOException;
import java.io.InputStream;
import java.net.CookieHandler;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Clients for servers of the sandbox. */
final class Https {

    private Https() {}

    /**
     * A client that trusts the sandbox's authority and no other.
     *
     * @param cookies may be null
     */
    static HttpClient trusting(Pki pki, @Nullable CookieHandler cookies) throws IOException {
        try (InputStream in = Files.newInputStream(pki.authority())) {
            var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry(
                    "sandbox", CertificateFactory.getInstance("X.509").generateCertificate(in));
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            var client = HttpClient.newBuilder().sslContext(context);
            return (cookies == null ? client : client.cookieHandler(cookies)).build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
