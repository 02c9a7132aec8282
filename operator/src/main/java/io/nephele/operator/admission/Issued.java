package io.nephele.operator.admission;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate, and the authority that signs it; all PEM.
 *
 * @param trusted the authorities whose certificates may be in use: this one, and the one before it
 */
record Issued(String authority, String authorityKey, String trusted, String certificate, String key) {

    /** An authority lasts so many times longer than what it signs. */
    private static final int LIVES = 20;

    private static final X500Name AUTHORITY = new X500Name("CN=nephele-webhooks");
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    /** A new authority and a first certificate. */
    static Issued fresh(List<String> names, Duration life, Instant now) {
        KeyPair keys = newKeys();
        X509Certificate authority =
                sign(AUTHORITY, keys.getPublic(), keys.getPrivate(), List.of(), life.multipliedBy(LIVES), now);
        return signed(pem(authority), pem(keys.getPrivate()), pem(authority), names, life, now);
    }

    /** The next certificate; of a new authority too if that of this one is due. */
    Issued renewed(List<String> names, Duration life, Instant now) {
        if (isDue(authority, now)) {
            Issued fresh = fresh(names, life, now);
            return new Issued(
                    fresh.authority, fresh.authorityKey, fresh.authority + authority, fresh.certificate, fresh.key);
        }
        return signed(authority, authorityKey, trusted, names, life, now);
    }

    /** Whether two thirds of a certificate's life are over. */
    static boolean isDue(String certificate, Instant now) {
        X509CertificateHolder holder = certificate(certificate);
        Instant from = holder.getNotBefore().toInstant();
        Instant until = holder.getNotAfter().toInstant();
        return now.isAfter(
                from.plus(Duration.between(from, until).multipliedBy(2).dividedBy(3)));
    }

    private static Issued signed(
            String authority, String authorityKey, String trusted, List<String> names, Duration life, Instant now) {
        KeyPair keys = newKeys();
        X509Certificate certificate = sign(
                new X500Name("CN="
                        + names.getFirst()
                                .substring(0, Math.min(names.getFirst().length(), 64))),
                keys.getPublic(),
                privateKey(authorityKey),
                names,
                life,
                now);
        return new Issued(authority, authorityKey, trusted, pem(certificate), pem(keys.getPrivate()));
    }

    private static X509Certificate sign(
            X500Name subject, PublicKey key, PrivateKey signer, List<String> names, Duration life, Instant now) {
        var builder = new JcaX509v3CertificateBuilder(
                AUTHORITY,
                new BigInteger(64, new SecureRandom()),
                Date.from(now.minus(CLOCK_SKEW)),
                Date.from(now.plus(life)),
                subject,
                key);
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(names.isEmpty()));
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(names.stream().map(Issued::name).toArray(GeneralName[]::new)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
        } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static GeneralName name(String name) {
        return new GeneralName(name.matches("[0-9.]+") ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }

    private static KeyPair newKeys() {
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
            writer.writeObject(object instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }

    private static X509CertificateHolder certificate(String pem) {
        return (X509CertificateHolder) parse(pem);
    }

    private static PrivateKey privateKey(String pem) {
        try {
            return new JcaPEMKeyConverter().getPrivateKey((PrivateKeyInfo) parse(pem));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object parse(String pem) {
        try (var parser = new PEMParser(new StringReader(pem))) {
            return parser.readObject();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
