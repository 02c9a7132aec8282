package io.nephele.sandbox.launcher;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Logins to the guests of a sandbox.
 *
 * @param key a private key that the guests know
 */
record Ssh(Shell shell, Path key) {

    /** More than a guest needs to boot on a machine that has much else to do. */
    static final Duration BOOT = Duration.ofMinutes(2);

    /** With a key of its own. */
    static Ssh withNewKey(Shell shell) {
        Path key = shell.scratch().resolve("key");
        shell.run("ssh-keygen -q -t ed25519 -N \"\" -C test -f " + key);
        return new Ssh(shell, key);
    }

    /** What a guest is told of the key. */
    String publicKey() {
        return shell.run("cat " + key + ".pub");
    }

    /**
     * Logs in, as soon as that is possible, and says what a command printed.
     *
     * @param command without single quotes; run again if it fails
     */
    String run(String user, String guest, String command) {
        return await("ssh " + guest + " " + command)
                .atMost(BOOT)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> tryRun(user, guest, command), Objects::nonNull);
    }

    /** The same once; null if it came to nothing. */
    @Nullable String tryRun(String user, String guest, String command) {
        Shell.Result result =
                shell.tryRun("ssh -F " + shell.sandbox().guestHost().sshConfig()
                        + " -o ConnectTimeout=3 -o ServerAliveInterval=3 -o BatchMode=yes -i " + key + " " + user + "@"
                        + guest + " '" + command
                        + "'");
        return result.status() == 0 ? result.output().strip() : null;
    }
}
