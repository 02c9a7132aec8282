package io.nephele.sandbox.standin.kubevirt;

import io.nephele.sandbox.standin.HttpsEndpoint;
import java.nio.charset.StandardCharsets;

/** The kubelets' logs, so that {@code kubectl logs} of a launcher pod works: what the guest wrote to its serial console. */
final class Kubelet {

    private Kubelet() {}

    static void install(HttpsEndpoint https) {
        https.handle("/containerLogs/", exchange -> {
            try (exchange) {
                // /containerLogs/<namespace>/<pod>/<container>
                String[] path = exchange.getRequestURI().getPath().split("/");
                String guest = path.length > 3
                        ? path[3].replaceFirst("^virt-launcher-", "").replaceFirst("-[0-9a-z]+$", "")
                        : "guest";
                byte[] log = console(guest).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "text/plain");
                exchange.sendResponseHeaders(200, log.length);
                exchange.getResponseBody().write(log);
            }
        });
    }

    private static String console(String guest) {
        return """
                SeaBIOS (simulated guest)
                Booting from Hard Disk...
                [    0.000000] Linux version 6.12 (simulated) #1 SMP
                [    0.412931] virtio_blk virtio1: [vda] attached
                [    1.102354] cloud-init: Datasource DataSourceNoCloud
                [    1.377120] reached target Multi-User System

                %s login:\s""".formatted(guest);
    }
}
