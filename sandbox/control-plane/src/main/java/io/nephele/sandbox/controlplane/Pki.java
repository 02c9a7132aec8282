package io.nephele.sandbox.controlplane;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * The certificates, keys and tokens of one control plane. They are made once and kept, so that what trusts them goes on doing so after a restart.
 *
 * @param directory {@code ca.crt}, and {@code <name>.crt} and {@code <name>.key}
 */
public record Pki(Path directory) {

    /** What is in {@code directory}; made if absent. The authority's key is not kept. */
    public static Pki in(Path directory) throws IOException {
        if (!Files.exists(directory.resolve("complete"))) {
            make(directory);
        }
        return new Pki(directory);
    }

    /** The certificate of the authority. */
    public Path authority() {
        return directory.resolve("ca.crt");
    }

    /** The certificate of servers of the sandbox itself, on 127.0.0.1. */
    public Path serverCertificate() {
        return directory.resolve("stand-in.crt");
    }

    /** The key of {@link #serverCertificate()}. */
    public Path serverKey() {
        return directory.resolve("stand-in.key");
    }

    /** What a TLS context needs to trust this authority and no other. */
    public TrustManager[] trust() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream pem = Files.newInputStream(authority())) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        return managers.getTrustManagers();
    }

    /** Of a client that trusts this authority and no other. */
    public SSLContext clientContext() throws IOException, GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust(), null);
        return context;
    }

    private static void make(Path directory) throws IOException {
        Files.createDirectories(directory);
        var authority = new Certificates();
        Files.writeString(directory.resolve("ca.crt"), authority.authority());
        for (String name : List.of("apiserver", "kubelet-client", "front-proxy-client", "stand-in")) {
            authority.issue(name).write(directory, name);
        }
        var serviceAccount = Certificates.bareKey();
        Files.writeString(directory.resolve("service-account.pub"), serviceAccount.certificate());
        Files.writeString(directory.resolve("service-account.key"), serviceAccount.key());
        Files.writeString(directory.resolve("admin.token"), randomToken());
        Files.writeString(directory.resolve("controller-manager.token"), randomToken());
        Files.writeString(directory.resolve("complete"), "");
    }

    /** A secret of 128 random bits. */
    static String randomToken() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
