package io.nephele.sandbox.standin.recording;

import static org.awaitility.Awaitility.await;

import io.nephele.sandbox.standin.Api.Kind;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.core.ConditionTimeoutException;

/** The garbage collector of Kubernetes looks for new kinds every half a minute only, and does not collect what belongs to one before. */
final class GarbageCollector {

    private static final String CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

    private GarbageCollector() {}

    /** Returns when it collects what belongs to objects of a kind. */
    static void awaitItKnows(Calls calls, Kind kind) {
        await().atMost(Duration.ofSeconds(90)).until(() -> collects(calls, kind));
    }

    /** A ConfigMap whose owner never existed is collected at once; where it is not, the next one may be. */
    private static boolean collects(Calls calls, Kind kind) {
        String name = "collected-" + UUID.randomUUID();
        calls.call("POST", CONFIG_MAPS, "application/json", """
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "%s", "ownerReferences": [
                 {"apiVersion": "%s", "kind": "%s", "name": "gone", "uid": "%s"}]}}
                """.formatted(
                        name, kind.apiVersion(), kind.kind(), UUID.randomUUID()));
        try {
            await().atMost(Duration.ofSeconds(2))
                    .until(() ->
                            calls.call("GET", CONFIG_MAPS + "/" + name, "", "").status() == 404);
            return true;
        } catch (ConditionTimeoutException notYet) {
            calls.call("DELETE", CONFIG_MAPS + "/" + name, "", "");
            return false;
        }
    }
}
