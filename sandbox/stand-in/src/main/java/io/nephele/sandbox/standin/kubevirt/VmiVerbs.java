package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api;

/** The verbs on a VMI, with the codes and texts recorded in b-subresources, s04 and s13. */
final class VmiVerbs {

    private static final String KIND = "virtualmachineinstance";

    private static final String DISKS = """
            [{"disk": [{"busType": "virtio"}], "diskName": "vda3", "fileSystemType": "ext4", "mountPoint": "/", "totalBytes": 1527767040, "usedBytes": 435752960}]""";

    private final Api api;
    private final Guests guests;

    VmiVerbs(Api api, Guests guests) {
        this.api = api;
        this.guests = guests;
    }

    /** What goes to virt-handler. */
    void act(Vmi vmi, String verb, JsonNode body) throws Refused {
        if (!vmi.phase().equals("Running")) {
            throw Refused.conflict(KIND, vmi.name(), "VMI is not running");
        }
        boolean paused = vmi.is("Paused");
        switch (verb) {
            case "pause" -> {
                if (paused) {
                    throw Refused.conflict(KIND, vmi.name(), "VMI is already paused");
                }
                guests.tell(vmi, Guests.Order.PAUSE);
            }
            case "unpause" -> {
                if (!paused) {
                    throw Refused.conflict(KIND, vmi.name(), "VMI is not paused");
                }
                if (Crossing.isUnderWay(vmi)) {
                    throw Refused.internal(
                            "unexpected return code 500 (500 Internal Server Error), message: server error. command Unpause failed: \"LibvirtError(Code=55, Domain=20, Message='Requested operation is not valid: domain is not running')\"");
                }
                guests.tell(vmi, Guests.Order.UNPAUSE);
            }
            case "softreboot" -> {
                if (paused) {
                    throw Refused.conflict(KIND, vmi.name(), "VMI is paused");
                }
                guests.event(vmi, "SoftRebooted", "VirtualMachineInstance soft rebooted");
                guests.tell(vmi, Guests.Order.REBOOT);
            }
            case "reset" -> {
                guests.event(vmi, "Reset", "VirtualMachineInstance reset");
                guests.tell(vmi, Guests.Order.REBOOT);
            }
            case "freeze" -> {
                if (!body.has("unfreezeTimeout")) {
                    throw handler("Unfreeze timeout in freeze request is not set");
                }
                needAgent(vmi, "Freeze");
            }
            case "unfreeze" -> needAgent(vmi, "Unfreeze");
            default -> throw Refused.notServed();
        }
    }

    private static void needAgent(Vmi vmi, String command) throws Refused {
        if (!vmi.is("AgentConnected")) {
            throw handler(
                    "server error. command " + command
                            + " failed: \"LibvirtError(Code=86, Domain=10, Message='Guest agent is not responding: QEMU guest agent is not connected')\"");
        }
    }

    private static Refused handler(String message) {
        return Refused.internal("unexpected return code 400 (400 Bad Request), message: " + message);
    }

    /** What the guest agent knows. */
    String ask(Vmi vmi, String verb) throws Refused {
        if (!vmi.is("AgentConnected")) {
            throw Refused.conflict(KIND, vmi.name(), "VMI does not have guest agent connected");
        }
        return switch (verb) {
            case "userlist" -> "{\"items\": []}";
            case "filesystemlist" -> "{\"items\": " + DISKS + "}";
            case "guestosinfo" -> {
                ObjectNode info = api.object();
                info.put("fsFreezeStatus", "thawed");
                info.putObject("fsInfo").set("disks", api.parse(DISKS));
                info.put("guestAgentVersion", "7.2.22").put("hostname", vmi.name());
                info.set("os", api.parse(Guests.OS));
                info.putArray("supportedCommands")
                        .addObject()
                        .put("enabled", true)
                        .put("name", "guest-ping");
                yield info.put("timezone", "UTC, 0").toString();
            }
            default -> throw Refused.notServed();
        };
    }

    /** Takes back an eviction: who asks has to name the node that is left. */
    void cancelEvacuation(Vmi vmi, JsonNode body) throws Refused {
        String node = vmi.status().path("evacuationNodeName").asText();
        if (node.isEmpty()) {
            return;
        }
        if (!node.equals(body.path("evacuationNodeName").asText())) {
            throw Refused.internal("the server rejected our request due to an error in our request");
        }
        var change = new VmiChange(api, vmi).without("EvictionRequested");
        change.status().remove("evacuationNodeName");
        change.send();
    }
}
