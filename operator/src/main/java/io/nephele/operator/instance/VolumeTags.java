package io.nephele.operator.instance;

import io.nephele.crds.Nephele;
import io.nephele.crds.instance.Instance;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The tags that an order gives to the root volume: annotations of the Instance, each with a prefix before the key. */
final class VolumeTags {

    private VolumeTags() {}

    static @Nullable Map<String, String> of(Instance instance) {
        Map<String, String> annotations = instance.getMetadata().getAnnotations();
        String tags = annotations == null ? null : annotations.get(Nephele.ANNOTATION_VOLUME_TAGS);
        if (tags == null) {
            return null;
        }
        Map<String, String> parsed = new TreeMap<>();
        for (String line : tags.lines().toList()) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                parsed.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return parsed;
    }
}
