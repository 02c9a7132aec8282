package io.nephele.operator.quota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.nephele.crds.Nephele;
import io.nephele.crds.quota.QuotaStatus.Charge;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what became of charges. Most objects are written a moment after they were charged; one that is not (a name that was taken, a client that gave up, a replica that was killed)
 * must not keep its place from others for long.
 */
final class Settlement {

    /** How charges stand. */
    enum Outcome {
        /** All of them are of objects that are there. */
        SETTLED,

        /** Some were of none, and have been taken back: it is worth deciding again. */
        VOIDED,

        /** Some are so recent that their objects may still come. */
        OPEN
    }

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final KubernetesClient client;
    private final Prices prices;

    /** Charges whose objects were seen, by UID and generation: they need not be looked for again. */
    private final Cache<String, Boolean> seen = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Desk.MEMORY)
            .build();

    Settlement(KubernetesClient client, Prices prices) {
        this.client = client;
        this.prices = prices;
    }

    /** Looks for the objects of all remembered charges of a project that nobody has seen yet. */
    Outcome settle(String project, Ledger ledger, Instant now) {
        boolean open = false;
        boolean voided = false;
        for (Charge charge : ledger.charges()) {
            if (charge.amounts().isEmpty() || seen.getIfPresent(key(charge)) != null) {
                continue;
            }
            JsonNode object = read(project, charge.kind(), charge.name());
            JsonNode same = object != null && uid(object).equals(charge.uid()) ? object : null;
            boolean taken = object != null && same == null;
            if (same != null && generation(same) >= charge.generation()) {
                seen.put(key(charge), true);
            } else if (taken || Ledger.isOlder(charge, now, Desk.GRACE)) {
                ledger.settle(charge, same == null ? Cost.NOTHING : prices.of(charge.kind(), same));
                voided = true;
            } else {
                open = true;
            }
        }
        return voided ? Outcome.VOIDED : open ? Outcome.OPEN : Outcome.SETTLED;
    }

    private static String uid(JsonNode object) {
        return object.path("metadata").path("uid").asText();
    }

    private static long generation(JsonNode object) {
        return object.path("metadata").path("generation").asLong();
    }

    private static String key(Charge charge) {
        return charge.uid() + "/" + charge.generation();
    }

    boolean exists(String project, String kind, String name) {
        return read(project, kind, name) != null;
    }

    private @Nullable JsonNode read(String project, String kind, String name) {
        GenericKubernetesResource object = client.genericKubernetesResources(context(kind))
                .inNamespace(project)
                .withName(name)
                .get();
        return object == null ? null : MAPPER.valueToTree(object);
    }

    /** How the client names a resource of ours by its plural. */
    static ResourceDefinitionContext context(String plural) {
        return new ResourceDefinitionContext.Builder()
                .withGroup(Nephele.GROUP)
                .withVersion(Nephele.VERSION)
                .withPlural(plural)
                .withNamespaced(true)
                .build();
    }
}
