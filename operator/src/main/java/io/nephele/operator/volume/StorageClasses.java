package io.nephele.operator.volume;

import io.nephele.operator.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** Which StorageClass a volume type means. */
@ApplicationScoped
public class StorageClasses {

    private final Settings settings;

    public StorageClasses(Settings settings) {
        this.settings = settings;
    }

    /** The class of a volume type, or of the default one; null if the site has no such type. */
    public @Nullable String of(@Nullable String volumeType) {
        String type = volumeType == null ? settings.defaultVolumeType() : volumeType;
        return settings.volumeTypes().get(type);
    }
}
