package io.nephele.operator.quota;

import com.fasterxml.jackson.databind.JsonNode;
import io.nephele.crds.Bytes;
import io.nephele.crds.Nephele;
import io.nephele.crds.instancetype.InstanceType;
import io.nephele.crds.project.MembershipState;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What objects cost: a function of what their users want of them (the spec), never of what became of it, so that it is known at admission and again from the object at any time.
 */
final class Prices {

    /** Puts what an object of a kind costs into a map. */
    @FunctionalInterface
    private interface Price extends BiConsumer<JsonNode, Map<String, Long>> {}

    private final Function<String, @Nullable InstanceType> types;
    private final String defaultVolumeType;
    private final Map<String, Price> table;

    /**
     * Prices of this cloud.
     *
     * @param types finds an InstanceType by its name
     * @param defaultVolumeType of Volumes that name none
     */
    Prices(Function<String, @Nullable InstanceType> types, String defaultVolumeType) {
        this.types = types;
        this.defaultVolumeType = defaultVolumeType;
        table = Map.of(
                "instances", this::instance,
                "volumes", this::volume,
                "images", one("images"),
                "keypairs", one("key-pairs"),
                "accesskeys", one("access-keys"),
                "projectmemberships", Prices::membership,
                "projectapplications", Prices::application);
    }

    /** The resources of the API that cost something, in the plural. */
    Set<String> charged() {
        return table.keySet();
    }

    /** What an object costs. */
    Cost of(String resource, JsonNode object) {
        var amounts = new TreeMap<String, Long>();
        Price price = table.get(resource);
        if (price == null) {
            return Cost.NOTHING;
        }
        price.accept(object.path("spec"), amounts);
        amounts.values().removeIf(amount -> amount == 0);
        return new Cost(payer(resource, object), amounts);
    }

    private static @Nullable String payer(String resource, JsonNode object) {
        JsonNode user = switch (resource) {
            case "accesskeys" -> object.path("spec").path("user");
            case "projectmemberships", "projectapplications" -> object.path("none");
            default -> object.path("metadata").path("annotations").path(Nephele.ANNOTATION_CHARGED_TO);
        };
        return user.isTextual() && !user.asText().isEmpty() ? user.asText() : null;
    }

    private static Price one(String name) {
        return (_, amounts) -> amounts.put(name, 1L);
    }

    private void instance(JsonNode spec, Map<String, Long> amounts) {
        String power = spec.path("powerState").asText("Running");
        if (power.equals("Terminated")) {
            return;
        }
        amounts.put("instances", 1L);
        InstanceType type = types.apply(spec.path("instanceType").asText());
        if (type == null) {
            return;
        }
        long vcpus = type.getSpec().vcpus();
        long memory = Bytes.of(type.getSpec().memory());
        amounts.put("vcpus", vcpus);
        amounts.put("memory", memory);
        if (power.equals("Running")) {
            amounts.put("running-vcpus", vcpus);
            amounts.put("running-memory", memory);
        }
    }

    private void volume(JsonNode spec, Map<String, Long> amounts) {
        amounts.put("volumes", 1L);
        amounts.put(
                "storage." + spec.path("volumeType").asText(defaultVolumeType),
                Amounts.parse(spec.path("size").asText("0")));
    }

    private static void membership(JsonNode spec, Map<String, Long> amounts) {
        String state = spec.path("state").asText();
        boolean takesPlace =
                Arrays.stream(MembershipState.values()).anyMatch(s -> s.name().equals(state) && s.takesPlace());
        amounts.put("members", takesPlace ? 1L : 0L);
    }

    private static void application(JsonNode spec, Map<String, Long> amounts) {
        amounts.put("pending-applications", spec.path("decision").isTextual() ? 0L : 1L);
    }
}
