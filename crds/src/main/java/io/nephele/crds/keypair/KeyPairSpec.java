package io.nephele.crds.keypair;

import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.nephele.crds.Tags;
import io.nephele.crds.Wire;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The public key.
 *
 * @param publicKey one line as in {@code authorized_keys}: ssh-rsa or ssh-ed25519
 * @param keyName the name AWS clients use; the object's name when absent. AWS allows more characters than Kubernetes
 * @param keyType rsa or ed25519, for the eye
 * @param fingerprint as AWS shows it; for a key made by CreateKeyPair it is that of the private key, which nobody can compute later
 */
@Wire
@ValidationRule(
        value = "self.publicKey == oldSelf.publicKey",
        fieldPath = ".publicKey",
        message = "a KeyPair keeps its key: delete it and import the other under the same name")
@ValidationRule(
        value = "has(self.keyName) == has(oldSelf.keyName) && (!has(self.keyName) || self.keyName == oldSelf.keyName)",
        fieldPath = ".keyName",
        message = "a KeyPair keeps its name")
@ValidationRule(value = Tags.RULE, fieldPath = ".tags", message = Tags.MESSAGE)
public record KeyPairSpec(
        @Required @Size(max = 8192) @Pattern("^(ssh-rsa|ssh-ed25519) [A-Za-z0-9+/]+={0,3}( [^\\r\\n]*)?$") String publicKey,

        @Size(min = 1, max = 255) @Nullable String keyName,
        @Pattern("^(rsa|ed25519)$") @Nullable String keyType,
        @Size(max = 128) @Nullable String fingerprint,
        @Size(max = Tags.MAX) @Nullable Map<String, String> tags) {

    public Map<String, String> tagsOrEmpty() {
        return tags == null ? Map.of() : tags;
    }
}
