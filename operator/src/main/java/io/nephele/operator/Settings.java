package io.nephele.operator;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;

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

    /** How long an image may be imported before that is given up. CDI itself never gives up. */
    @WithDefault("1h")
    Duration importDeadline();

    /** What projects may use of which nothing else is said. */
    Quota quota();

    /** Limits by resource, each a quantity or {@code unlimited}. They are written into a Project when it is made, and change none that is there. */
    interface Quota {

        /** Of personal projects. */
        Map<String, String> personal();

        /** Of all others. */
        Map<String, String> project();

        /** Of each member. */
        Map<String, String> member();
    }
}
