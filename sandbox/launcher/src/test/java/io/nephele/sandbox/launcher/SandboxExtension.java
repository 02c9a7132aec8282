package io.nephele.sandbox.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives end-to-end tests one running sandbox, started when the first of them asks for it. */
class SandboxExtension implements ParameterResolver {

    /** The same with Keycloak, and with a leader elected as in production: another sandbox, for the tests that need one. */
    static final class WithKeycloak extends SandboxExtension {
        @Override
        Settings settings(Path directory) {
            return Settings.in(directory).withKeycloak().withOperator("-Dquarkus.profile=prod");
        }
    }

    /** The same with guests that are machines: another sandbox, for the tests that need them, which are skipped where QEMU is missing. */
    static final class WithGuests extends SandboxExtension implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return Hypervisor.isInstalled()
                    ? ConditionEvaluationResult.enabled("QEMU is installed")
                    : ConditionEvaluationResult.disabled("QEMU is not installed: " + Hypervisor.HINT);
        }

        /** A sandbox has the image of a Debian if that is there when it starts. To build it needs mmdebstrap, and a mirror of Debian that answers. */
        @Override
        Settings settings(Path directory) throws InterruptedException {
            try {
                GuestImages.buildDebian(Settings.sourceTree());
            } catch (IOException told) {
                // Tests of the Debian find that it is not there.
            }
            return Settings.in(directory).with(Hypervisor.QEMU);
        }
    }

    Settings settings(Path directory) throws InterruptedException {
        return Settings.in(directory);
    }

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(SandboxExtension.class);

    private record Shared(Sandbox sandbox) implements AutoCloseable {
        @Override
        public void close() {
            sandbox.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Sandbox.class;
    }

    @Override
    public Sandbox resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(getClass(), _ -> start(), Shared.class)
                .sandbox();
    }

    private Shared start() {
        try {
            Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "sandbox-");
            return new Shared(Sandbox.start(settings(directory)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
