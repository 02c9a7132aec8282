package io.nephele.operator;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a site decides. */
@ConfigMapping(prefix = "nephele")
public interface Settings {

    /** Where the operator and the facade run. */
    @WithDefault("nephele-system")
    String systemNamespace();

    /** The project whose public images everybody finds by name. */
    @WithDefault("nephele-images")
    String catalogue();

    /** The StorageClass of each volume type. */
    Map<String, String> volumeTypes();

    /** The volume type of what names none. */
    @WithDefault("replicated")
    String defaultVolumeType();

    /** How long a terminated Instance can still be seen. */
    @WithDefault("1h")
    Duration terminatedRetention();

    /** How long the Secret with a new access key is there for its user to fetch. */
    @WithDefault("1h")
    Duration accessKeySecretRetention();

    /** How long an image may be imported before that is given up. CDI itself never gives up. */
    @WithDefault("1h")
    Duration importDeadline();

    QuotaSettings quota();

    WebhookSettings webhook();

    KeycloakSettings keycloak();

    /** How quotas are kept. */
    interface QuotaSettings {

        /** How often a project's objects are counted, where something was charged since. */
        @WithDefault("5m")
        Duration checkInterval();

        /** How long a charge is believed without its object: longer than the API server's own time-out of a request. */
        @WithDefault("90s")
        Duration settledAfter();

        /**
         * Limits of personal projects of which nothing else is said, such as {@code instances=2}. Like the next two they are written into a Project when it is made, and change none that is
         * there.
         */
        Optional<List<String>> personal();

        /** Limits of all other projects. */
        Optional<List<String>> project();

        /** Limits of each member of any. */
        Optional<List<String>> member();
    }

    /** Where the API server reaches the admission webhooks. */
    interface WebhookSettings {

        @WithDefault("true")
        boolean enabled();

        @WithDefault("0.0.0.0")
        String host();

        @WithDefault("9443")
        int port();

        /** Names and addresses in the certificate, beside those of the Service. */
        Optional<List<String>> hosts();

        /** Whether the certificate is made and rotated here; otherwise somebody else keeps the Secret {@code nephele-webhook-tls} and the webhooks' trust, as cert-manager does. */
        @WithDefault("true")
        boolean selfSigned();

        /** How long a certificate lasts. It is replaced when two thirds of that are over. */
        @WithDefault("2160h")
        Duration certificateLife();
    }

    /** Where users log in. Without an issuer nobody gets a personal project by himself. */
    interface KeycloakSettings {

        /** {@code https://<keycloak>/realms/<realm>}, as it stands in tokens. */
        Optional<String> issuer();

        /** A client with a service account that may view the realm's events and users. */
        @WithDefault("nephele-operator")
        String clientId();

        Optional<String> clientSecret();

        /** Authorities that have signed Keycloak's certificate, PEM; those of the JDK when absent. */
        Optional<Path> caFile();

        /** How long somebody waits for his project at most, after his first login. */
        @WithDefault("2s")
        Duration pollInterval();
    }
}
