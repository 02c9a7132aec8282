package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.qemu.Guest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the agent of a guest knows, asked now and then as virt-launcher does. What is told is what was learnt last: nobody waits for a guest.
 *
 * <p>It has the form of {@code guestosinfo}, with {@code userList} and {@code interfaces} beside.
 */
final class AgentView {

    private static final Logger LOG = LoggerFactory.getLogger(AgentView.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration REFRESH = Duration.ofSeconds(60);

    /** While the guest has no address yet. */
    private static final Duration SOON = Duration.ofSeconds(2);

    private final Guest guest;
    private final String name;
    private final Runnable changed;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile @Nullable ObjectNode known;

    /** @param changed is called when there is news */
    AgentView(Guest guest, Vmi vmi, Runnable changed) {
        this.guest = guest;
        this.name = vmi.key();
        this.changed = changed;
    }

    /** Null while there is no agent. */
    @Nullable ObjectNode info(Vmi vmi) {
        if (!guest.hasAgent()) {
            known = null;
            return null;
        }
        if (asking.compareAndSet(false, true)) {
            Thread.ofVirtual().name("agent of " + name).start(this::ask);
        }
        ObjectNode learnt = known;
        if (learnt == null) {
            return null;
        }
        ObjectNode info = learnt.deepCopy();
        info.set("interfaces", interfaces(vmi.status().path("interfaces"), learnt.path("interfaces")));
        return info;
    }

    private void ask() {
        try {
            while (guest.hasAgent()) {
                Duration pause = SOON;
                try {
                    ObjectNode news = read();
                    pause = hasAddress(news.path("interfaces")) ? REFRESH : SOON;
                    if (!news.equals(known)) {
                        known = news;
                        changed.run();
                    }
                } catch (IOException e) {
                    LOG.debug("The agent of {} does not answer: {}", name, e.getMessage());
                }
                Thread.sleep(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            asking.set(false);
        }
    }

    /** Of its own, IPv4: those that begin with 127 and fe80 are there before DHCP has answered. */
    private static boolean hasAddress(JsonNode interfaces) {
        for (JsonNode nic : interfaces) {
            for (JsonNode address : nic.path("ip-addresses")) {
                if (!nic.path("name").asText().equals("lo")
                        && address.path("ip-address-type").asText().equals("ipv4")) {
                    return true;
                }
            }
        }
        return false;
    }

    private ObjectNode read() throws IOException {
        ObjectNode info = JSON.createObjectNode();
        JsonNode about = guest.ask("guest-info");
        info.put("guestAgentVersion", about.path("version").asText());
        ArrayNode commands = info.putArray("supportedCommands");
        for (JsonNode command : about.path("supported_commands")) {
            commands.addObject()
                    .put("enabled", command.path("enabled").asBoolean())
                    .put("name", command.path("name").asText());
        }
        info.put("fsFreezeStatus", guest.ask("guest-fsfreeze-status").asText());
        info.put("hostname", guest.ask("guest-get-host-name").path("host-name").asText());
        JsonNode zone = guest.ask("guest-get-timezone");
        info.put(
                "timezone",
                zone.path("zone").asText("UTC") + ", " + zone.path("offset").asInt());
        info.set("os", camel(guest.ask("guest-get-osinfo")));
        fileSystems(info.putObject("fsInfo").putArray("disks"));
        ArrayNode users = info.putArray("userList");
        for (JsonNode user : guest.ask("guest-get-users")) {
            users.addObject()
                    .put("userName", user.path("user").asText())
                    .put("loginTime", user.path("login-time").asDouble());
        }
        info.set("interfaces", guest.ask("guest-network-get-interfaces"));
        return info;
    }

    private static ObjectNode camel(JsonNode object) {
        ObjectNode camel = JSON.createObjectNode();
        object.properties().forEach(field -> {
            String[] words = field.getKey().split("-");
            var name = new StringBuilder(words[0]);
            for (int i = 1; i < words.length; i++) {
                name.append(words[i].substring(0, 1).toUpperCase(Locale.ROOT)).append(words[i].substring(1));
            }
            camel.set(name.toString(), field.getValue());
        });
        return camel;
    }

    private void fileSystems(ArrayNode disks) throws IOException {
        for (JsonNode system : guest.ask("guest-get-fsinfo")) {
            ObjectNode disk = disks.addObject();
            ArrayNode buses = disk.putArray("disk");
            for (JsonNode each : system.path("disk")) {
                buses.addObject().put("busType", each.path("bus-type").asText());
            }
            disk.put("diskName", system.path("name").asText())
                    .put("fileSystemType", system.path("type").asText())
                    .put("mountPoint", system.path("mountpoint").asText())
                    .put("totalBytes", system.path("total-bytes").asLong())
                    .put("usedBytes", system.path("used-bytes").asLong());
        }
    }

    /** The cards of the domain with what the guest calls them and which addresses it gave them; then what the guest made itself. */
    private static ArrayNode interfaces(JsonNode domain, JsonNode seen) {
        ArrayNode all = JSON.createArrayNode();
        var rest = new ArrayList<JsonNode>();
        seen.forEach(rest::add);
        for (JsonNode card : domain) {
            if (!card.has("mac") || !card.has("name")) {
                continue;
            }
            ObjectNode reported = card.deepCopy();
            for (JsonNode nic : List.copyOf(rest)) {
                if (nic.path("hardware-address")
                        .asText()
                        .equalsIgnoreCase(card.path("mac").asText())) {
                    rest.remove(nic);
                    reported.put("infoSource", "domain, guest-agent")
                            .put("interfaceName", nic.path("name").asText());
                    addresses(reported, nic);
                }
            }
            all.add(reported);
        }
        for (JsonNode nic : rest) {
            if (!nic.path("name").asText().equals("lo")) {
                ObjectNode reported = all.addObject()
                        .put("infoSource", "guest-agent")
                        .put("interfaceName", nic.path("name").asText())
                        .put("mac", nic.path("hardware-address").asText());
                addresses(reported, nic);
            }
        }
        return all;
    }

    /** IPv4 before IPv6; what the guest has not told yet stays as it was. */
    private static void addresses(ObjectNode reported, JsonNode nic) {
        var addresses = new ArrayList<String>();
        for (String type : List.of("ipv4", "ipv6")) {
            for (JsonNode address : nic.path("ip-addresses")) {
                if (address.path("ip-address-type").asText().equals(type)) {
                    addresses.add(address.path("ip-address").asText());
                }
            }
        }
        if (!addresses.isEmpty()) {
            reported.put("ipAddress", addresses.getFirst());
            addresses.forEach(reported.putArray("ipAddresses")::add);
        }
    }
}
