package io.nephele.crds.accesskey;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.nephele.crds.Wire;
import io.nephele.crds.project.ProjectSpec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whose key.
 *
 * @param user the name the identity provider has for him, without prefix
 * @param active an inactive key is refused, and may be made active again
 * @param expiresAt RFC 3339; from then on it is refused
 * @param deliverSecret whether the key is put into a Secret for its user, where it stays for an hour; IAM's CreateAccessKey shows it in its answer instead
 */
@Wire
@ValidationRule(
        value = "self.user == oldSelf.user",
        fieldPath = ".user",
        message = "a key belongs to one user for good: make another AccessKey")
public record AccessKeySpec(
        @Required @Size(min = 1, max = 128) String user,
        @Default("true") @Nullable Boolean active,

        @Size(max = 35) @Pattern(ProjectSpec.MOMENT) @Nullable String expiresAt,

        @Default("true") @Nullable Boolean deliverSecret) {

    public boolean isActive() {
        return active == null || active;
    }

    public boolean isSecretDelivered() {
        return deliverSecret == null || deliverSecret;
    }

    /** Whether it is over at {@code now}. */
    public boolean isExpired(Instant now) {
        return expiresAt != null && !now.isBefore(Instant.parse(expiresAt));
    }
}
