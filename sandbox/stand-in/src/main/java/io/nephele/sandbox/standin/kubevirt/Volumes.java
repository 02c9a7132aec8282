package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The claims that a VMI uses: a DataVolume is used by the claim of its name. */
final class Volumes {

    private Volumes() {}

    static List<String> claims(JsonNode vmi) {
        var claims = new ArrayList<String>();
        for (JsonNode volume : vmi.path("spec").path("volumes")) {
            String claim = claim(volume);
            if (claim != null) {
                claims.add(claim);
            }
        }
        return claims;
    }

    static @Nullable String claim(JsonNode volume) {
        if (volume.has("dataVolume")) {
            return volume.path("dataVolume").path("name").asText();
        }
        return volume.has("persistentVolumeClaim")
                ? volume.path("persistentVolumeClaim").path("claimName").asText()
                : null;
    }

    /** The first image that a VMI needs. */
    static String image(JsonNode vmi) {
        for (JsonNode volume : vmi.path("spec").path("volumes")) {
            if (volume.has("containerDisk")) {
                return volume.path("containerDisk").path("image").asText();
            }
        }
        return vmi.at("/spec/domain/firmware/kernelBoot/container/image").asText();
    }

    /** The entry of a volume in {@code status.volumeStatus} before the guest has it. */
    static void describe(JsonNode volume, ObjectNode entry, Function<String, @Nullable PersistentVolumeClaim> claims) {
        entry.put("name", volume.path("name").asText()).put("target", "");
        String name = claim(volume);
        PersistentVolumeClaim claim = name == null ? null : claims.apply(name);
        if (name != null && claim != null) {
            describe(entry.putObject("persistentVolumeClaimInfo"), name, claim);
        }
    }

    static void describe(ObjectNode info, String name, @Nullable PersistentVolumeClaim claim) {
        info.put("claimName", name);
        if (claim != null) {
            ArrayNode modes = info.putArray("accessModes");
            claim.getSpec().getAccessModes().forEach(modes::add);
            info.put("volumeMode", claim.getSpec().getVolumeMode());
        }
    }

    static List<String> claims(GenericKubernetesResource vmi) {
        var claims = new ArrayList<String>();
        List<Map<String, Map<String, Object>>> volumes = vmi.get("spec", "volumes");
        if (volumes != null) {
            for (Map<String, Map<String, Object>> volume : volumes) {
                Map<String, Object> dataVolume = volume.get("dataVolume");
                Map<String, Object> claim = volume.get("persistentVolumeClaim");
                if (dataVolume != null) {
                    claims.add(String.valueOf(dataVolume.get("name")));
                } else if (claim != null) {
                    claims.add(String.valueOf(claim.get("claimName")));
                }
            }
        }
        return claims;
    }
}
