package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A shell that has sourced the sandbox's env file, with the AWS CLI of the tests on its path, in the root of the source tree. */
record Shell(Sandbox sandbox, Path scratch) {

    /** The end of a command. */
    record Result(int status, String output, String error) {}

    /** Runs a command that must succeed and returns what it printed, without the last line end. */
    String run(String command) {
        Result result = tryRun(command);
        assertThat(result.status())
                .as("%s%n%s%n%s", command, result.output(), result.error())
                .isZero();
        return result.output().stripTrailing();
    }

    /** Runs a command, whatever comes of it. */
    Result tryRun(String command) {
        String script = "set -euo pipefail\n. " + sandbox.envFile() + "\nPATH=\"$("
                + Settings.sourceTree().resolve("sandbox/aws-clients/build") + ")/bin:$PATH\"\nexport AWS_PAGER= HOME="
                + scratch + "\n" + command;
        try {
            Path out = Files.createTempFile(scratch, "out", "");
            Path err = Files.createTempFile(scratch, "err", "");
            var builder = new ProcessBuilder("bash", "-c", script)
                    .directory(Settings.sourceTree().toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().put("XDG_CACHE_HOME", cacheHome());
            Process process = builder.start();
            if (!process.waitFor(180, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        "Not done after 180 s: " + command + "\n" + Files.readString(out) + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** The real one: HOME is another here. */
    private static String cacheHome() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        return xdg == null || xdg.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache").toString()
                : xdg;
    }
}
