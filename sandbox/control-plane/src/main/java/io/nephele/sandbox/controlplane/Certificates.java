package io.nephele.sandbox.controlplane;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The sandbox's own certificate authority. Its certificates are for 127.0.0.1 and localhost, and last ten years. */
public final class Certificates {

    private static final Duration VALIDITY = Duration.ofDays(3650);

    private final KeyPair caKey = newKey();
    private final X509Certificate caCertificate;

    /** A certificate and its private key, each PEM. */
    public record Pair(String certificate, String key) {

        /** Writes {@code <name>.crt} and {@code <name>.key}. */
        public void write(Path directory, String name) throws IOException {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve(name + ".crt"), certificate);
            Files.writeString(directory.resolve(name + ".key"), key);
        }
    }

    /** Makes a new authority. */
    public Certificates() {
        var name = new X500Name("CN=nephele-sandbox-ca");
        caCertificate = sign(name, caKey, name, true);
    }

    /** The authority's own certificate, PEM. */
    public String authority() {
        return pem(caCertificate);
    }

    /** A new key with a certificate for {@code commonName}, good for servers on this machine and for clients. */
    public Pair issue(String commonName) {
        KeyPair key = newKey();
        X509Certificate certificate =
                sign(new X500Name("CN=" + commonName), key, new X500Name("CN=nephele-sandbox-ca"), false);
        return new Pair(pem(certificate), pemKey(key));
    }

    /** A new EC key, PEM: private (PKCS #8) as {@code key}, public as {@code certificate}. */
    static Pair bareKey() {
        KeyPair key = newKey();
        return new Pair(pem(key.getPublic()), pemKey(key));
    }

    private static String pemKey(KeyPair key) {
        try {
            return pem(new JcaPKCS8Generator(key.getPrivate(), null));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate sign(X500Name subject, KeyPair key, X500Name issuer, boolean authority) {
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(64, new SecureRandom()).abs(),
                Date.from(now.minusSeconds(60)),
                Date.from(now.plus(VALIDITY)),
                subject,
                key.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (!authority) {
                builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                    KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                }));
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
                    new GeneralName(GeneralName.dNSName, "localhost"),
                    new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                    new GeneralName(GeneralName.dNSName, "kubernetes.default.svc")
                }));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(caKey.getPrivate())));
        } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair newKey() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(Object object) {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }
}
