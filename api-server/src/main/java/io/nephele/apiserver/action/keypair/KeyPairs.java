package io.nephele.apiserver.action.keypair;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.keypair.KeyPair;
import io.nephele.crds.keypair.KeyPairSpec;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Key pairs by the names AWS clients give them, which allow more than Kubernetes does. */
public final class KeyPairs {

    private static final Pattern OBJECT_NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

    private KeyPairs() {}

    /** One that must be there. */
    public static KeyPair require(Call call, String name) {
        return find(call, name)
                .orElseThrow(
                        () -> AwsException.of("InvalidKeyPair.NotFound", "The key pair '" + name + "' does not exist"));
    }

    static Optional<KeyPair> find(Call call, String name) {
        return call.cluster().keyPairs(call.project()).stream()
                .filter(keyPair -> keyPair.getMetadata().getDeletionTimestamp() == null
                        && name(keyPair).equals(name))
                .findFirst();
    }

    static String name(KeyPair keyPair) {
        String given = keyPair.getSpec().keyName();
        return given == null ? keyPair.getMetadata().getName() : given;
    }

    /** The fingerprint that stands in the object, or that of the public key. */
    static String fingerprint(KeyPair keyPair) {
        String given = keyPair.getSpec().fingerprint();
        return given == null ? PublicKeys.parse(keyPair.getSpec().publicKey()).fingerprint() : given;
    }

    static String type(KeyPair keyPair) {
        return keyPair.getSpec().publicKey().startsWith("ssh-ed25519") ? "ed25519" : "rsa";
    }

    /** A name that a new key pair may have. */
    static String free(Call call, @Nullable String name) {
        if (name == null || name.isEmpty()) {
            throw AwsException.missing("KeyName");
        }
        if (name.length() > 255 || !name.chars().allMatch(c -> c >= 0x20 && c < 0x7f) || !name.equals(name.trim())) {
            throw AwsException.invalidValue("Invalid value '" + name
                    + "' for keyName. It has up to 255 ASCII characters, without blanks at its ends.");
        }
        if (find(call, name).isPresent()) {
            throw duplicate(name);
        }
        return name;
    }

    /**
     * Makes one.
     *
     * @param name that is {@linkplain #free free}
     */
    static KeyPair create(
            Call call,
            String name,
            String publicKey,
            String type,
            String fingerprint,
            @Nullable Map<String, String> tags) {
        var keyPair = new KeyPair();
        keyPair.setMetadata(new ObjectMetaBuilder()
                .withName(
                        OBJECT_NAME.matcher(name).matches()
                                ? name
                                : "key-" + AwsId.hash(name).substring(0, 17))
                .withNamespace(call.project())
                .build());
        keyPair.setSpec(new KeyPairSpec(publicKey, name, type, fingerprint, tags));
        return call.asUser().create(keyPair, _ -> {
            throw duplicate(name);
        });
    }

    private static AwsException duplicate(String name) {
        return AwsException.of("InvalidKeyPair.Duplicate", "The keypair '" + name + "' already exists.");
    }
}
