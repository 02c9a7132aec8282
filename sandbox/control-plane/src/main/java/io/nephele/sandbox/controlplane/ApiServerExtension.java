package io.nephele.sandbox.controlplane;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests a {@link ControlPlane}: one for all test classes of a run, started when the first of them asks for it. Tests keep apart by namespaces. */
public final class ApiServerExtension implements BeforeAllCallback, ParameterResolver {

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(ApiServerExtension.class);

    private record Shared(ControlPlane controlPlane) implements AutoCloseable {
        @Override
        public void close() {
            controlPlane.close();
        }
    }

    /** The shared control plane, for extensions that build on this one. */
    public static ControlPlane controlPlane(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Shared.class, key -> start(), Shared.class)
                .controlPlane();
    }

    private static Shared start() {
        try {
            Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "control-plane-");
            return new Shared(ControlPlane.start(
                    new ControlPlane.Settings(directory.toAbsolutePath(), Ports.free(), List.of(), true, null)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        controlPlane(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == ControlPlane.class;
    }

    @Override
    public ControlPlane resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return controlPlane(context);
    }
}
