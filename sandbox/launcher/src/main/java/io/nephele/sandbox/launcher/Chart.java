package io.nephele.sandbox.launcher;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The Helm chart, rendered. */
record Chart(Path directory) {

    /** Renders a chart: its folder and the namespace are given, and what {@code helm template} says is printed. */
    public static void main(String[] arguments) {
        System.out.print(new Helm(Path.of(arguments[0]))
                .template()
                .withName("nephele")
                .withNamespace(arguments[1])
                .call());
    }

    /** Helm takes the signals of the process that it is loaded into for itself: Ctrl-C would do nothing any more. So it has a process of its own. */
    private String template(String namespace) {
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Chart.class.getName(),
                directory.toString(),
                namespace);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String rendered = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("The chart in " + directory + " cannot be rendered");
            }
            return rendered;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

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
        String rendered = template(namespace);
        for (String document : rendered.split("(?m)^---\\s*$")) {
            if (document.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#"))) {
                objects.add(serialization.unmarshal(document));
            }
        }
        return objects;
    }
}
