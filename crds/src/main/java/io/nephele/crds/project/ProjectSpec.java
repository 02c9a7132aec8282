package io.nephele.crds.project;

import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.nephele.crds.Wire;
import org.jspecify.annotations.Nullable;

/**
 * What the administrator says of a project.
 *
 * @param displayName for people
 * @param accountId its AWS account id of 12 digits; derived from the object's UID when absent. It never changes
 */
@Wire
@ValidationRule(
        value =
                "has(self.accountId) == has(oldSelf.accountId) && (!has(self.accountId) || self.accountId == oldSelf.accountId)",
        fieldPath = ".accountId",
        message = "an account id is part of names that clients keep, and never changes: make another Project")
public record ProjectSpec(
        @Size(max = 128) @Nullable String displayName,
        @Pattern("^[0-9]{12}$") @Nullable String accountId) {}
