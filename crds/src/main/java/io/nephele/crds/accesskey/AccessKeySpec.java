package io.nephele.crds.accesskey;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.nephele.crds.Wire;
import org.jspecify.annotations.Nullable;

/**
 * Whose key.
 *
 * @param user the name the identity provider has for him, without prefix
 * @param active an inactive key is refused, and may be made active again
 */
@Wire
@ValidationRule(
        value = "self.user == oldSelf.user",
        fieldPath = ".user",
        message = "a key belongs to one user for good: make another AccessKey")
public record AccessKeySpec(
        @Required @Size(min = 1, max = 128) String user,
        @Default("true") @Nullable Boolean active) {

    public boolean isActive() {
        return active == null || active;
    }
}
