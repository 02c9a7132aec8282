package io.nephele.sandbox.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a sandbox is run.
 *
 * @param home the root of the source tree
 * @param directory holds all state; made if absent
 * @param fixedPorts whether to try the well-known ports first; they move when taken
 * @param kubeconfig of a cluster that exists and has KubeVirt and CDI: then there is neither control plane nor stand-in
 * @param operatorJvmOptions added to those of the operator
 * @param keycloak whether there is one; never on a cluster that exists
 */
public record Settings(
        Path home,
        Path directory,
        boolean fixedPorts,
        @Nullable Path kubeconfig,
        java.util.List<String> operatorJvmOptions,
        boolean keycloak) {

    /** A sandbox without Keycloak. */
    public Settings(
            Path home,
            Path directory,
            boolean fixedPorts,
            @Nullable Path kubeconfig,
            java.util.List<String> operatorJvmOptions) {
        this(home, directory, fixedPorts, kubeconfig, operatorJvmOptions, false);
    }

    /** A sandbox in {@code directory} with free ports, without Keycloak. */
    public static Settings in(Path directory) {
        return new Settings(sourceTree(), directory.toAbsolutePath(), false, null, java.util.List.of());
    }

    /** The same with Keycloak. */
    public Settings withKeycloak() {
        return new Settings(home, directory, fixedPorts, kubeconfig, operatorJvmOptions, true);
    }

    /** The root of the source tree that the working directory is in. */
    public static Path sourceTree() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("helm/nephele/Chart.yaml"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IllegalStateException("Run this inside the source tree: there is no helm/nephele above "
                    + Path.of("").toAbsolutePath());
        }
        return folder;
    }
}
