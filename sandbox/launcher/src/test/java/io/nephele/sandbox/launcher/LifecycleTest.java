package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.nephele.sandbox.controlplane.ChildProcess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The sandbox itself: it starts, stops and starts again, beside another one, and leaves nothing behind. */
@EnabledIfSystemProperty(named = "sandbox.starts", matches = ".+", disabledReason = "Run it with -Dsandbox.starts=50.")
class LifecycleTest {

    /** How often it is started; 50 with {@code -Dsandbox.starts=50}. */
    private static final int STARTS = Integer.getInteger("sandbox.starts", 3);

    @Test
    void startsAndStopsCleanlyManyTimesInARow(@TempDir Path directory) throws Exception {
        Sandbox.Tenant tenant = null;
        for (int i = 0; i < STARTS; i++) {
            List<ChildProcess> processes;
            long operator;
            long facade;
            try (Sandbox sandbox = Sandbox.start(Settings.in(directory))) {
                processes = sandbox.controlPlane().processes();
                operator = sandbox.operator().pid();
                facade = sandbox.facade().pid();
                assertThat(sandbox.envFile()).exists();
                if (tenant != null) {
                    assertThat(sandbox.tenant()).isEqualTo(tenant);
                }
                tenant = sandbox.tenant();
            }
            assertThat(processes).noneMatch(ChildProcess::isAlive);
            assertThat(ProcessHandle.of(operator)).isEmpty();
            assertThat(ProcessHandle.of(facade)).isEmpty();
        }
    }

    @Test
    void twoRunSideBySide(@TempDir Path one, @TempDir Path other) throws Exception {
        try (Sandbox first = Sandbox.start(Settings.in(one));
                Sandbox second = Sandbox.start(Settings.in(other))) {
            assertThat(first.endpoint()).isNotEqualTo(second.endpoint());
            assertThat(first.operator().isReady()).isTrue();
            assertThat(second.operator().isReady()).isTrue();
        }
    }
}
