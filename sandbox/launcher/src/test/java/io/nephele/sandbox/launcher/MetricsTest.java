package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceSpec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SandboxExtension.class)
class MetricsTest {

    @Test
    void theOperatorTellsPrometheusOfItsObjectsWithoutASeriesForEach(Sandbox sandbox) throws Exception {
        var instance = new Instance();
        instance.setMetadata(new ObjectMetaBuilder()
                .withName("measured")
                .withNamespace(Examples.PROJECT)
                .build());
        instance.setSpec(new InstanceSpec(
                "t1.tiny", Examples.IMAGE, null, null, null, null, null, null, null, null, null, null));
        sandbox.admin().resource(instance).create();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> metrics(sandbox).stream()
                        .anyMatch(line -> line.startsWith("nephele_instance_start_seconds_bucket")));
        sandbox.admin().resource(instance).delete();

        List<String> series = metrics(sandbox);
        assertThat(series)
                .anyMatch(line -> line.startsWith("nephele_instances{state=\"running\"}"))
                .anyMatch(line -> line.startsWith("nephele_instance_start_seconds_bucket{le=\"10.0\"}"))
                .anyMatch(line -> line.startsWith("operator_sdk_reconciliations_success_total{")
                        && line.contains("kind=\"Image\""));
        // Names of objects and numbers of retries have no bound.
        assertThat(series)
                .filteredOn(line -> line.startsWith("nephele_") || line.startsWith("operator_sdk_"))
                .noneMatch(
                        line -> line.contains("namespace=\"") || line.contains("name=\"") || line.contains("retries_"));
    }

    private static List<String> metrics(Sandbox sandbox) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create(sandbox.operator().managementUrl() + "/q/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .toList();
        }
    }
}
