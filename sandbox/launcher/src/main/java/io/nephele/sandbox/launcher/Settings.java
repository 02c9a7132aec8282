package io.nephele.sandbox.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
 * @param hypervisor what runs the guests
 */
public record Settings(
        Path home,
        Path directory,
        boolean fixedPorts,
        @Nullable Path kubeconfig,
        List<String> operatorJvmOptions,
        boolean keycloak,
        Hypervisor hypervisor) {

    /** A sandbox as tests have it: in {@code directory}, with free ports, without Keycloak, and with the hypervisor that the system property {@code sandbox.hypervisor} names. */
    public static Settings in(Path directory) {
        Hypervisor hypervisor = Hypervisor.of(System.getProperty("sandbox.hypervisor", "simulated"));
        return new Settings(sourceTree(), directory.toAbsolutePath(), false, null, List.of(), false, hypervisor);
    }

    /** The same with Keycloak. */
    public Settings withKeycloak() {
        return new Settings(home, directory, fixedPorts, kubeconfig, operatorJvmOptions, true, hypervisor);
    }

    /** The same on a cluster that exists. */
    public Settings on(Path cluster) {
        return new Settings(home, directory, fixedPorts, cluster, operatorJvmOptions, false, hypervisor);
    }

    /** The same with an operator that is started in another way. */
    public Settings withOperator(String... jvmOptions) {
        return new Settings(home, directory, fixedPorts, kubeconfig, List.of(jvmOptions), keycloak, hypervisor);
    }

    /** The same with another hypervisor. */
    public Settings with(Hypervisor other) {
        return new Settings(home, directory, fixedPorts, kubeconfig, operatorJvmOptions, keycloak, other);
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
