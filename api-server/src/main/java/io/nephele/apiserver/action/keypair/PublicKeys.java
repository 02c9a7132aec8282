package io.nephele.apiserver.action.keypair;

import io.nephele.apiserver.protocol.AwsException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Collectors;

/** Public keys in the forms that AWS imports: an OpenSSH line, base64 of a DER key, and RFC 4716. */
final class PublicKeys {

    private static final Set<Integer> RSA_BITS = Set.of(1024, 2048, 3072, 4096);

    private PublicKeys() {}

    /**
     * A public key.
     *
     * @param line as in {@code authorized_keys}
     * @param type rsa or ed25519
     * @param fingerprint of an imported key: MD5 of the DER key for rsa, SHA-256 of the blob for ed25519
     */
    record Parsed(String line, String type, String fingerprint) {}

    static Parsed parse(String text) {
        String trimmed = text.trim();
        try {
            if (trimmed.startsWith("ssh-")) {
                String[] words = trimmed.split("\\s+", 3);
                if (words.length < 2) {
                    throw invalid();
                }
                return ofBlob(Base64.getDecoder().decode(words[1]), words.length > 2 ? words[2] : "");
            }
            if (trimmed.startsWith("---- BEGIN SSH2 PUBLIC KEY ----")) {
                String body = trimmed.lines()
                        .filter(line -> !line.startsWith("----") && !line.contains(":"))
                        .collect(Collectors.joining());
                return ofBlob(Base64.getDecoder().decode(body), "");
            }
            return ofDer(Base64.getMimeDecoder().decode(trimmed.replaceAll("-----[A-Z ]+-----", "")));
        } catch (IllegalArgumentException | GeneralSecurityException | java.nio.BufferUnderflowException e) {
            throw invalid();
        }
    }

    private static AwsException invalid() {
        return AwsException.of("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
    }

    private static Parsed ofBlob(byte[] blob, String comment) throws GeneralSecurityException {
        ByteBuffer buffer = ByteBuffer.wrap(blob);
        String type = new String(field(buffer), StandardCharsets.US_ASCII);
        return switch (type) {
            case "ssh-rsa" -> {
                BigInteger exponent = new BigInteger(field(buffer));
                BigInteger modulus = new BigInteger(field(buffer));
                yield ofRsa(exponent, modulus, comment);
            }
            case "ssh-ed25519" -> {
                if (field(buffer).length != 32) {
                    throw invalid();
                }
                yield new Parsed(line("ssh-ed25519", blob, comment), "ed25519", sha256(blob));
            }
            default -> throw invalid();
        };
    }

    private static Parsed ofDer(byte[] der) throws GeneralSecurityException {
        if (KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der)) instanceof RSAPublicKey rsa) {
            return ofRsa(rsa.getPublicExponent(), rsa.getModulus(), "");
        }
        throw invalid();
    }

    private static Parsed ofRsa(BigInteger exponent, BigInteger modulus, String comment)
            throws GeneralSecurityException {
        if (!RSA_BITS.contains(modulus.bitLength())) {
            throw invalid();
        }
        byte[] der = KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(modulus, exponent))
                .getEncoded();
        String md5 = colons(MessageDigest.getInstance("MD5").digest(der));
        return new Parsed(
                line("ssh-rsa", blob("ssh-rsa", exponent.toByteArray(), modulus.toByteArray()), comment), "rsa", md5);
    }

    private static byte[] field(ByteBuffer buffer) {
        int length = buffer.getInt();
        if (length < 0 || length > buffer.remaining()) {
            throw invalid();
        }
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    /** The wire form of SSH: fields, each after its length. */
    static byte[] blob(String type, byte[]... fields) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            byte[] name = type.getBytes(StandardCharsets.US_ASCII);
            out.writeInt(name.length);
            out.write(name);
            for (byte[] field : fields) {
                out.writeInt(field.length);
                out.write(field);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }

    static String line(String type, byte[] blob, String comment) {
        String line = type + " " + Base64.getEncoder().encodeToString(blob);
        String oneLine = comment.replaceAll("[\\r\\n]", " ").trim();
        return oneLine.isEmpty() ? line : line + " " + oneLine;
    }

    static String sha256(byte[] blob) throws GeneralSecurityException {
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(blob));
    }

    static String colons(byte[] bytes) {
        return HexFormat.ofDelimiter(":").formatHex(bytes);
    }
}
