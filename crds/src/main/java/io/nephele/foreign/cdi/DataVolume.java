package io.nephele.foreign.cdi;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import io.nephele.crds.Wire;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A claim with what fills it. Its spec never changes. */
@Group("cdi.kubevirt.io")
@Version("v1beta1")
public class DataVolume extends CustomResource<DataVolume.Spec, DataVolume.Status> implements Namespaced {

    /** Makes a claim of a class that waits for its first consumer be filled at once; counts at creation only. */
    public static final String BIND_IMMEDIATE = "cdi.kubevirt.io/storage.bind.immediate.requested";

    @Wire
    public record Spec(Source source, Storage storage) {}

    /** One of these. */
    @Wire
    public record Source(
            @Nullable Http http,
            @Nullable Registry registry,
            @Nullable Claim pvc,
            @Nullable Map<String, String> blank) {}

    @Wire
    public record Http(String url, @Nullable String checksum) {}

    @Wire
    public record Registry(String url) {}

    @Wire
    public record Claim(String namespace, String name) {}

    @Wire
    public record Storage(@Nullable String storageClassName, Resources resources) {}

    @Wire
    public record Resources(Map<String, String> requests) {}

    /** What CDI says. Phase and progress may go backwards, and may be absent. */
    @Wire
    public record Status(
            @Nullable String phase,
            @Nullable String progress,
            @Nullable List<Condition> conditions) {}

    /** The phase, or the empty string while there is none. */
    public String phase() {
        return getStatus() == null || getStatus().phase() == null
                ? ""
                : getStatus().phase();
    }

    /** A condition, or null. */
    public @Nullable Condition condition(String type) {
        if (getStatus() == null || getStatus().conditions() == null) {
            return null;
        }
        return getStatus().conditions().stream()
                .filter(c -> type.equals(c.getType()))
                .findFirst()
                .orElse(null);
    }

    /** Whether the data is in and the claim is bound: phase Succeeded alone comes a moment too early. */
    public boolean isReady() {
        return phase().equals("Succeeded") && isTrue("Ready") && isTrue("Bound");
    }

    /** Whether it waits for a VM that uses it. */
    public boolean waitsForFirstConsumer() {
        return phase().equals("PendingPopulation") || phase().equals("WaitForFirstConsumer");
    }

    private boolean isTrue(String type) {
        Condition condition = condition(type);
        return condition != null && "True".equals(condition.getStatus());
    }
}
