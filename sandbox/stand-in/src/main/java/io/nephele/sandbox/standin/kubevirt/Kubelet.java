package io.nephele.sandbox.standin.kubevirt;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.nephele.sandbox.standin.Answer;
import io.nephele.sandbox.standin.HttpsEndpoint;
import io.nephele.sandbox.standin.Request;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The kubelets' logs, so that {@code kubectl logs} of a launcher pod works: what the guest wrote to its serial console. */
final class Kubelet {

    private final Cluster cluster;
    private final Doors doors;

    private Kubelet(Cluster cluster, Doors doors) {
        this.cluster = cluster;
        this.doors = doors;
    }

    static void install(HttpsEndpoint https, Cluster cluster, Doors doors) {
        https.handle("/containerLogs/", new Kubelet(cluster, doors)::log);
    }

    private Answer log(Request request) throws IOException {
        if (!request.isAuthenticated()) {
            return Answer.text(401, "Unauthorized");
        }
        // /containerLogs/<namespace>/<pod>/<container>
        String[] path = request.path().split("/");
        Pod pod = path.length < 5 ? null : cluster.pod(path[2] + "/" + path[3]);
        ObjectNode vmi = pod == null ? null : cluster.vmi(Cluster.keyOfVmi(pod));
        if (vmi == null) {
            return Answer.text(404, "pod does not exist");
        }
        try (InputStream log = doors.consoleLog(new Vmi(vmi))) {
            byte[] all = log.readAllBytes();
            String lines = request.parameter("tailLines");
            return new Answer.Content(200, "text/plain", lines == null ? all : tail(all, Integer.parseInt(lines)));
        }
    }

    private static byte[] tail(byte[] log, int count) {
        // A guest may write bytes that are no text: here each is a character.
        String[] lines = new String(log, ISO_8859_1).split("(?<=\\n)");
        return Arrays.stream(lines)
                .skip(Math.max(0, lines.length - count))
                .collect(Collectors.joining())
                .getBytes(ISO_8859_1);
    }
}
