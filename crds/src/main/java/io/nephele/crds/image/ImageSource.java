package io.nephele.crds.image;

import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.nephele.crds.Wire;
import org.jspecify.annotations.Nullable;

/** Where the disk comes from: exactly one of a web server and a container registry. */
@Wire
@ValidationRule(value = "has(self.http) != has(self.registry)", message = "set exactly one of http and registry")
public record ImageSource(@Nullable Http http, @Nullable Registry registry) {

    /**
     * A qcow2 or raw file, plain or compressed.
     *
     * @param checksum {@code sha256:<hex>}, or with sha512, sha1 or md5
     */
    @Wire
    public record Http(
            @Required @Size(max = 2048) @Pattern("^https?://[^\\s]+$") String url,

            @Pattern("^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}|sha1:[0-9a-f]{40}|md5:[0-9a-f]{32})$") @Nullable String checksum) {}

    /** A container image that holds a disk, as KubeVirt's container disks do. */
    @Wire
    public record Registry(
            @Required @Size(max = 2048) @Pattern("^docker://[^\\s]+$") String url) {}
}
