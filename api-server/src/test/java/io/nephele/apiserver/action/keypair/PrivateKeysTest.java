package io.nephele.apiserver.action.keypair;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class PrivateKeysTest {

    /** Half of all keys begin with a high bit, where an integer of SSH would have one more byte; PuTTY 0.78 writes and reads 32. */
    @RepeatedTest(20)
    void puttyFindsTheBytesOfAnEd25519KeyAsTheyAre() {
        var created = PrivateKeys.create("ed25519", "ppk", "alice");
        ByteBuffer secret = ByteBuffer.wrap(section(created.material(), "Private-Lines: "));
        assertThat(secret.getInt()).isEqualTo(32);
        byte[] seed = new byte[32];
        secret.get(seed);
        byte[] blob = section(created.material(), "Public-Lines: ");
        assertThat(new Ed25519PrivateKeyParameters(seed).generatePublicKey().getEncoded())
                .isEqualTo(Arrays.copyOfRange(blob, blob.length - 32, blob.length));
    }

    @Test
    void bothFormatsAreOfTheKeyWhosePublicHalfIsKept() {
        for (String type : new String[] {"rsa", "ed25519"}) {
            var created = PrivateKeys.create(type, "ppk", "alice");
            assertThat(PublicKeys.parse(created.publicKey()).type()).isEqualTo(type);
            assertThat(created.publicKey())
                    .contains(Base64.getEncoder().encodeToString(section(created.material(), "Public-Lines: ")));
            assertThat(PrivateKeys.create(type, "pem", "alice").material()).startsWith("-----BEGIN ");
        }
    }

    private static byte[] section(String ppk, String header) {
        String after = ppk.substring(ppk.indexOf(header) + header.length());
        int lines = Integer.parseInt(after.substring(0, after.indexOf('\r')));
        return Base64.getDecoder().decode(after.lines().skip(1).limit(lines).collect(Collectors.joining()));
    }
}
