package io.nephele.apiserver.action.keypair;

import io.nephele.apiserver.protocol.AwsException;
import java.io.IOException;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.OpenSSHPrivateKeyUtil;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** New keys, in the two forms that CreateKeyPair hands out. They are made here and kept nowhere. */
final class PrivateKeys {

    private static final int RSA_BITS = 2048;

    private PrivateKeys() {}

    /**
     * A new key.
     *
     * @param material the private key as PEM or PPK
     * @param publicKey as in {@code authorized_keys}
     * @param fingerprint SHA-1 of the DER private key for rsa, SHA-256 of the public blob for ed25519
     */
    record Created(String material, String publicKey, String fingerprint) {}

    /** @throws AwsException for a type or a format that AWS has not */
    static Created create(String type, String format, String comment) {
        if (!format.equals("pem") && !format.equals("ppk")) {
            throw AwsException.invalidValue("Invalid value '" + format + "' for keyFormat.");
        }
        try {
            return switch (type) {
                case "rsa" -> rsa(format, comment);
                case "ed25519" -> ed25519(format, comment);
                default -> throw AwsException.invalidValue("Invalid value '" + type + "' for keyType.");
            };
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Created rsa(String format, String comment) throws GeneralSecurityException, IOException {
        var generator = java.security.KeyPairGenerator.getInstance("RSA");
        generator.initialize(RSA_BITS);
        java.security.KeyPair pair = generator.generateKeyPair();
        var priv = (RSAPrivateCrtKey) pair.getPrivate();
        var pub = (RSAPublicKey) pair.getPublic();
        byte[] blob = PublicKeys.blob(
                "ssh-rsa",
                pub.getPublicExponent().toByteArray(),
                pub.getModulus().toByteArray());
        String fingerprint =
                PublicKeys.colons(MessageDigest.getInstance("SHA-1").digest(priv.getEncoded()));
        String material;
        if (format.equals("pem")) {
            var text = new StringWriter();
            try (var writer = new JcaPEMWriter(text)) {
                writer.writeObject(priv);
            }
            material = text.toString();
        } else {
            byte[] secret = fields(
                    priv.getPrivateExponent().toByteArray(),
                    priv.getPrimeP().toByteArray(),
                    priv.getPrimeQ().toByteArray(),
                    priv.getCrtCoefficient().toByteArray());
            material = ppk("ssh-rsa", comment, blob, secret);
        }
        return new Created(material, PublicKeys.line("ssh-rsa", blob, ""), fingerprint);
    }

    private static Created ed25519(String format, String comment) throws GeneralSecurityException, IOException {
        var key = new Ed25519PrivateKeyParameters(new SecureRandom());
        byte[] blob = PublicKeys.blob("ssh-ed25519", key.generatePublicKey().getEncoded());
        String material;
        if (format.equals("pem")) {
            var text = new StringWriter();
            try (var writer = new PemWriter(text)) {
                writer.writeObject(new PemObject("OPENSSH PRIVATE KEY", OpenSSHPrivateKeyUtil.encodePrivateKey(key)));
            }
            material = text.toString();
        } else {
            // Not an integer of SSH, whatever PuTTY's manual calls it: its bytes as they are, the least first.
            material = ppk("ssh-ed25519", comment, blob, fields(key.getEncoded()));
        }
        return new Created(material, PublicKeys.line("ssh-ed25519", blob, ""), PublicKeys.sha256(blob));
    }

    private static byte[] fields(byte[]... fields) {
        byte[] named = PublicKeys.blob("", fields);
        return java.util.Arrays.copyOfRange(named, 4, named.length);
    }

    /** PuTTY's format, version 2, unencrypted: the MAC is under a key that everybody can compute. */
    private static String ppk(String type, String comment, byte[] publicBlob, byte[] privateBlob)
            throws GeneralSecurityException {
        byte[] macKey = MessageDigest.getInstance("SHA-1")
                .digest("putty-private-key-file-mac-key".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(macKey, "HmacSHA1"));
        byte[] covered = PublicKeys.blob(
                type,
                "none".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                comment.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                publicBlob,
                privateBlob);
        String publicLines = lines(publicBlob);
        String privateLines = lines(privateBlob);
        return "PuTTY-User-Key-File-2: " + type + "\r\n"
                + "Encryption: none\r\n"
                + "Comment: " + comment + "\r\n"
                + "Public-Lines: " + publicLines.split("\r\n").length + "\r\n" + publicLines
                + "Private-Lines: " + privateLines.split("\r\n").length + "\r\n" + privateLines
                + "Private-MAC: " + java.util.HexFormat.of().formatHex(mac.doFinal(covered)) + "\r\n";
    }

    private static String lines(byte[] blob) {
        return Base64.getMimeEncoder(64, "\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                        .encodeToString(blob)
                + "\r\n";
    }
}
