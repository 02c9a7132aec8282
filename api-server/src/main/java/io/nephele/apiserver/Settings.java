package io.nephele.apiserver;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a site decides. */
@ConfigMapping(prefix = "nephele")
public interface Settings {

    /** The project whose public images everybody finds by name. */
    @WithDefault("nephele-images")
    String catalogue();

    /** The name of the region that this facade is. */
    @WithDefault("nephele-1")
    String region();

    /** The letters of its availability zones. */
    @WithDefault("a")
    List<String> zones();

    /** Where clients reach it, for DescribeRegions; the Host header of the request when absent. */
    Optional<String> endpoint();

    /** How long a secret key is remembered: a revoked key works no longer than this. */
    @WithDefault("5s")
    Duration secretTtl();

    /** The namespace prefix of impersonated users. */
    @WithDefault("nephele:")
    String userPrefix();
}
