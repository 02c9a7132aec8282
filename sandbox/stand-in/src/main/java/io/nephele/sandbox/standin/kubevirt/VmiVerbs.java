package io.nephele.sandbox.standin.kubevirt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api;
import java.io.IOException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;

/** The verbs on a VMI, with the codes and texts recorded in b-subresources, s04 and s13. */
final class VmiVerbs {

    private static final String KIND = "virtualmachineinstance";

    private final Api api;
    private final Guests guests;
    private final Hypervisor hypervisor;

    VmiVerbs(Api api, Guests guests, Hypervisor hypervisor) {
        this.api = api;
        this.guests = guests;
        this.hypervisor = hypervisor;
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
                tell(vmi, Hypervisor.Order.PAUSE);
            }
            case "unpause" -> {
                if (!paused) {
                    throw Refused.conflict(KIND, vmi.name(), "VMI is not paused");
                }
                if (Crossing.isUnderWay(vmi)) {
                    throw Refused.internal(
                            "unexpected return code 500 (500 Internal Server Error), message: server error. command Unpause failed: \"LibvirtError(Code=55, Domain=20, Message='Requested operation is not valid: domain is not running')\"");
                }
                tell(vmi, Hypervisor.Order.UNPAUSE);
            }
            case "softreboot" -> {
                if (paused) {
                    throw Refused.conflict(KIND, vmi.name(), "VMI is paused");
                }
                guests.event(vmi, "SoftRebooted", "VirtualMachineInstance soft rebooted");
                tell(vmi, Hypervisor.Order.SOFT_REBOOT);
            }
            case "reset" -> {
                guests.event(vmi, "Reset", "VirtualMachineInstance reset");
                tell(vmi, Hypervisor.Order.RESET);
            }
            case "freeze" -> {
                if (!body.has("unfreezeTimeout")) {
                    throw handler("Unfreeze timeout in freeze request is not set");
                }
                Duration limit = duration(body.path("unfreezeTimeout").asText());
                freeze(vmi, "Freeze", () -> hypervisor.freeze(vmi, limit));
            }
            case "unfreeze" -> freeze(vmi, "Unfreeze", () -> hypervisor.thaw(vmi));
            default -> throw Refused.notServed();
        }
    }

    private void tell(Vmi vmi, Hypervisor.Order order) throws Refused {
        try {
            guests.tell(vmi, order);
        } catch (IOException e) {
            throw handler("server error. command " + order + " failed: \"" + e.getMessage() + "\"");
        }
    }

    private interface AgentCommand {
        void run() throws IOException;
    }

    /** As Go writes it: 5m0s. */
    private static Duration duration(String text) throws Refused {
        try {
            return Duration.parse("PT" + text);
        } catch (DateTimeParseException e) {
            throw Refused.badRequest(
                    "Can not unmarshal Request body to struct, error: time: invalid duration \"" + text + "\"");
        }
    }

    private static void freeze(Vmi vmi, String name, AgentCommand command) throws Refused {
        if (!vmi.is("AgentConnected")) {
            throw handler(
                    "server error. command " + name
                            + " failed: \"LibvirtError(Code=86, Domain=10, Message='Guest agent is not responding: QEMU guest agent is not connected')\"");
        }
        try {
            command.run();
        } catch (IOException e) {
            throw handler("server error. command " + name + " failed: \"" + e.getMessage() + "\"");
        }
    }

    private static Refused handler(String message) {
        return Refused.internal("unexpected return code 400 (400 Bad Request), message: " + message);
    }

    /** What the guest agent knows. */
    String ask(Vmi vmi, String verb) throws Refused {
        ObjectNode info = vmi.is("AgentConnected") ? hypervisor.agent(vmi) : null;
        if (info == null) {
            throw Refused.conflict(KIND, vmi.name(), "VMI does not have guest agent connected");
        }
        return switch (verb) {
            case "userlist" -> items(info.path("userList"));
            case "filesystemlist" -> items(info.path("fsInfo").path("disks"));
            case "guestosinfo" -> {
                info.remove(List.of("interfaces", "userList"));
                yield info.toString();
            }
            default -> throw Refused.notServed();
        };
    }

    private String items(JsonNode items) {
        ObjectNode list = api.object();
        list.set("items", items);
        return list.toString();
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
