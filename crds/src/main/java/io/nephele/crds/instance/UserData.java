package io.nephele.crds.instance;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.nephele.crds.Wire;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What cloud-init is given: exactly one of text, bytes, or a Secret of the same namespace.
 *
 * @param inline text, at most 16 KiB
 * @param base64 bytes, at most 16 KiB before encoding
 * @param secretRef a Secret with the key {@code userdata}
 */
@Wire
@ValidationRule(
        value = "[has(self.inline), has(self.base64), has(self.secretRef)].filter(x, x).size() == 1",
        message = "set exactly one of inline, base64 and secretRef")
public record UserData(
        @Size(max = 16384) @Nullable String inline,
        @Size(max = 21848) @Nullable String base64,
        @Nullable SecretRef secretRef) {

    /** The name of a Secret in the namespace of the Instance. */
    @Wire
    public record SecretRef(
            @Required @Size(min = 1, max = 253) String name) {}

    /** Text stays readable in the object; anything else is base64. */
    public static UserData of(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return new UserData(text, null, null);
        } catch (CharacterCodingException notText) {
            return new UserData(null, Base64.getEncoder().encodeToString(bytes), null);
        }
    }

    /** The bytes, or null if they are in a Secret. */
    @JsonIgnore
    public byte @Nullable [] bytes() {
        if (inline != null) {
            return inline.getBytes(StandardCharsets.UTF_8);
        }
        return base64 == null ? null : Base64.getDecoder().decode(base64);
    }
}
