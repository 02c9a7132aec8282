package io.nephele.sandbox.launcher;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The Helm chart, rendered in this process. */
record Chart(Path directory) {

    /** The objects that {@code helm install} would create, custom resource definitions first. */
    List<HasMetadata> render(String namespace) {
        var serialization = new KubernetesSerialization();
        var objects = new ArrayList<HasMetadata>();
        try (Stream<Path> files = Files.list(directory.resolve("crds"))) {
            for (Path file : files.sorted().toList()) {
                try (InputStream in = Files.newInputStream(file)) {
                    objects.add(serialization.unmarshal(in));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String rendered = new Helm(directory)
                .template()
                .withName("nephele")
                .withNamespace(namespace)
                .call();
        for (String document : rendered.split("(?m)^---\\s*$")) {
            if (document.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#"))) {
                objects.add(serialization.unmarshal(document));
            }
        }
        return objects;
    }
}
