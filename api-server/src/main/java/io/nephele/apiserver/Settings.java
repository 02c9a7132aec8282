package io.nephele.apiserver;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
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

    /** Where the operator and the facade run. */
    @WithDefault("nephele-system")
    String systemNamespace();

    /** Addresses and networks such as {@code 10.0.0.0/8} of proxies whose X-Forwarded-For is believed. */
    Optional<List<String>> trustedProxies();

    /** The identity provider that AssumeRoleWithWebIdentity believes. */
    Identity identity();

    /** An OpenID Connect provider. */
    interface Identity {

        /** The https URL that its tokens name as their issuer; without one, no web identity is believed. */
        Optional<String> issuer();

        /** The audience that a token must be for. */
        @WithDefault("nephele")
        String audience();

        /** PEM certificates to trust at the issuer, instead of the system's. */
        Optional<Path> caFile();

        /** The claim that is the user's name. */
        @WithDefault("preferred_username")
        String usernameClaim();
    }
}
