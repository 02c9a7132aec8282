package io.nephele.crds.image;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.generator.annotation.Size;
import io.nephele.crds.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may launch, beside the project itself.
 *
 * @param everyone {@code public} in the object: every project
 * @param accounts AWS account ids of other projects
 */
@Wire
public record LaunchPermissions(
        @JsonProperty("public") @Nullable Boolean everyone,
        @Size(max = 1000) @Nullable List<String> accounts) {

    public static final LaunchPermissions NONE = new LaunchPermissions(null, null);

    /** Whether a project may launch from an image that has these permissions and is not its own. */
    public boolean allow(String accountId) {
        return Boolean.TRUE.equals(everyone) || (accounts != null && accounts.contains(accountId));
    }
}
