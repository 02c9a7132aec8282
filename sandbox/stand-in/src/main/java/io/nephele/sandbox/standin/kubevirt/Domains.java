package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Secret;
import io.nephele.sandbox.standin.Api;
import io.nephele.sandbox.standin.qemu.Domain;
import io.nephele.sandbox.standin.qemu.Seed;
import io.nephele.sandbox.standin.storage.DiskStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The machine that a VMI describes, as virt-launcher would define it. */
final class Domains {

    private static final int LONGEST_SERIAL = 20;

    private final Api api;
    private final Cluster cluster;
    private final DiskStore disks;

    Domains(Api api, Cluster cluster, DiskStore disks) {
        this.api = api;
        this.cluster = cluster;
        this.disks = disks;
    }

    /** The machine of a VMI. Its one network card is connected to the socket given. */
    Domain of(Vmi vmi, Path network) {
        JsonNode devices = vmi.spec().path("domain").path("devices");
        JsonNode firmware = vmi.spec().path("domain").path("firmware");
        Set<String> pluggable = Hotplug.pluggable(vmi.spec());
        var fixed = new ArrayList<Domain.Disk>();
        Seed seed = null;
        for (JsonNode volume : vmi.spec().path("volumes")) {
            String name = volume.path("name").asText();
            if (volume.has("cloudInitNoCloud")) {
                seed = seed(vmi, volume.path("cloudInitNoCloud"));
            } else if (!pluggable.contains(name) && Volumes.claim(volume) != null) {
                fixed.add(disk(vmi, name));
            }
        }
        long memory = memoryMib(vmi);
        String most = vmi.spec().path("domain").path("memory").path("maxGuest").asText("0");
        boolean hasCard = !devices.path("interfaces").isEmpty();
        return new Domain(
                vmi.namespace() + "_" + vmi.name(),
                firmware.path("uuid").asText(vmi.uid()),
                firmware.path("serial").asText(vmi.uid()),
                cpu(vmi),
                memory,
                Math.max(memory, Sizes.bytes(most) >> 20),
                List.copyOf(fixed),
                seed,
                hasCard ? List.of(new Domain.Nic(mac(vmi), network)) : List.of(),
                devices.path("autoattachGraphicsDevice").asBoolean(true),
                firmware.path("bootloader").has("efi"),
                vmi.spec().path("startStrategy").asText().equals("Paused") || vmi.is("Paused"));
    }

    Domain.Cpu cpu(Vmi vmi) {
        JsonNode cpu = vmi.spec().path("domain").path("cpu");
        int sockets = cpu.path("sockets").asInt(1);
        String model = cpu.path("model").asText("host-model");
        // What an emulated CPU can be without missing a feature.
        boolean named = !model.startsWith("host-");
        return new Domain.Cpu(
                named ? model : "Nehalem",
                sockets,
                cpu.path("cores").asInt(1),
                cpu.path("threads").asInt(1),
                Math.max(sockets, cpu.path("maxSockets").asInt(sockets)));
    }

    static long memoryMib(Vmi vmi) {
        return Sizes.bytes(
                        vmi.spec().path("domain").path("memory").path("guest").asText("128Mi"))
                >> 20;
    }

    /**
     * The disk of a volume.
     *
     * @throws IllegalStateException if there is no such volume, or it has no claim yet
     */
    Domain.Disk disk(Vmi vmi, String name) {
        String serial = "";
        int bootIndex = 0;
        for (JsonNode disk : vmi.spec().path("domain").path("devices").path("disks")) {
            if (disk.path("name").asText().equals(name)) {
                serial = disk.path("serial").asText();
                bootIndex = disk.path("bootOrder").asInt();
            }
        }
        return new Domain.Disk(
                name, file(vmi, name), serial.substring(0, Math.min(serial.length(), LONGEST_SERIAL)), bootIndex);
    }

    private Path file(Vmi vmi, String name) {
        for (JsonNode volume : vmi.spec().path("volumes")) {
            String claimName = Volumes.claim(volume);
            if (volume.path("name").asText().equals(name) && claimName != null) {
                PersistentVolumeClaim claim = cluster.claim(vmi.namespace(), claimName);
                if (claim != null) {
                    return disks.file(claim);
                }
            }
        }
        throw new IllegalStateException("There is no disk for volume " + name + " of " + vmi.key());
    }

    /** The MAC address that a VMI asks for, or else one that stays with its name. */
    static String mac(Vmi vmi) {
        int hash = vmi.key().hashCode();
        String own = "02:4e:%02x:%02x:%02x:%02x"
                .formatted(hash >>> 24 & 0xff, hash >>> 16 & 0xff, hash >>> 8 & 0xff, hash & 0xff);
        return vmi.spec()
                .path("domain")
                .path("devices")
                .path("interfaces")
                .path(0)
                .path("macAddress")
                .asText(own);
    }

    /** The IPv4 address that a VMI has, or else one that stays with its name: a guest that is booting may have told its agent of an IPv6 address only. */
    static String address(Vmi vmi) {
        String told = vmi.status().path("interfaces").path(0).path("ipAddress").asText();
        return told.isEmpty() || told.contains(":") ? Launchers.address(vmi.key()) : told;
    }

    private Seed seed(Vmi vmi, JsonNode cloudInit) {
        byte[] userData = content(vmi, cloudInit, "userData", "secretRef");
        byte[] networkData = content(vmi, cloudInit, "networkData", "networkDataSecretRef");
        return new Seed(
                vmi.name() + "." + vmi.namespace(),
                vmi.spec().path("hostname").asText(vmi.name()),
                publicKeys(vmi),
                userData == null ? new byte[0] : userData,
                networkData);
    }

    private byte @Nullable [] content(Vmi vmi, JsonNode cloudInit, String field, String reference) {
        if (cloudInit.has(field)) {
            return cloudInit.path(field).asText().getBytes(StandardCharsets.UTF_8);
        }
        if (cloudInit.has(field + "Base64")) {
            return Base64.getDecoder().decode(cloudInit.path(field + "Base64").asText());
        }
        if (!cloudInit.has(reference)) {
            return null;
        }
        Secret secret = secret(vmi, cloudInit.path(reference).path("name").asText());
        for (var entry : secret.getData().entrySet()) {
            if (entry.getKey().equalsIgnoreCase(field)) {
                return Base64.getDecoder().decode(entry.getValue());
            }
        }
        return null;
    }

    private List<String> publicKeys(Vmi vmi) {
        var keys = new ArrayList<String>();
        for (JsonNode credential : vmi.spec().path("accessCredentials")) {
            JsonNode key = credential.path("sshPublicKey");
            if (key.path("propagationMethod").has("noCloud")) {
                String name = key.at("/source/secret/secretName").asText();
                for (String value : secret(vmi, name).getData().values()) {
                    new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> !line.isBlank())
                            .forEach(keys::add);
                }
            }
        }
        return keys;
    }

    /** A launcher whose Secret is missing does not start: it is asked for again until it is there. */
    private Secret secret(Vmi vmi, String name) {
        Secret secret = api.client()
                .secrets()
                .inNamespace(vmi.namespace())
                .withName(name)
                .get();
        if (secret == null || secret.getData() == null) {
            throw new IllegalStateException("secret \"" + name + "\" of " + vmi.key() + " not found");
        }
        return secret;
    }
}
