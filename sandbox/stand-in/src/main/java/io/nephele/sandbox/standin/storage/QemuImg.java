package io.nephele.sandbox.standin.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nephele.sandbox.controlplane.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** The command {@code qemu-img}, and those that unpack. Each call is a process that dies with this one, or when its thread is interrupted. */
final class QemuImg {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What CDI lets {@code qemu-img info} have, for images that were made to use up more. */
    private static final List<String> LIMITS = List.of("prlimit", "--as=1073741824", "--cpu=30");

    private final Path logs;

    /** Conversions keep a processor busy each, and the disk. */
    private final Semaphore conversions = new Semaphore(2);

    /** Output is kept in a folder until it has been read. */
    QemuImg(Path logs) {
        this.logs = logs;
    }

    void create(Path file, long bytes) throws IOException, InterruptedException {
        run("qemu-img", "create", "-q", "-f", "qcow2", file.toString(), Long.toString(bytes));
    }

    /** Makes a file that shows what is in its base, in the same folder, until it is written to. The folder may be moved. */
    void overlay(Path file, Path base, long bytes) throws IOException, InterruptedException {
        String name = base.getFileName().toString();
        run(
                "qemu-img",
                "create",
                "-q",
                "-f",
                "qcow2",
                "-b",
                name,
                "-F",
                "qcow2",
                file.toString(),
                Long.toString(bytes));
    }

    void resize(Path file, long bytes) throws IOException, InterruptedException {
        run("qemu-img", "resize", "-q", "-f", "qcow2", file.toString(), Long.toString(bytes));
    }

    /** Makes a qcow2 file that stands for itself; what is zero takes no room. Waits for its turn. */
    void convert(Path from, Format format, Path to) throws IOException, InterruptedException {
        conversions.acquire();
        try {
            run("qemu-img", "convert", "-f", format.label(), "-O", "qcow2", from.toString(), to.toString());
        } finally {
            conversions.release();
        }
    }

    /** Whether an overlay has nothing of its own. */
    boolean isUnwritten(Path overlay) throws IOException, InterruptedException {
        var alone = MAPPER.createObjectNode().put("driver", "qcow2").putNull("backing");
        alone.putObject("file").put("driver", "file").put("filename", overlay.toString());
        JsonNode map = MAPPER.readTree(run("qemu-img", "map", "--output=json", "json:" + alone));
        for (JsonNode extent : map) {
            if (extent.path("present").asBoolean()) {
                return false;
            }
        }
        return true;
    }

    /** What QEMU says about an image that came from outside. */
    JsonNode info(Path image, Format format) throws IOException, InterruptedException {
        var command = new ArrayList<>(LIMITS);
        command.addAll(List.of("qemu-img", "info", "--output=json", "-f", format.label(), image.toString()));
        return MAPPER.readTree(run(command));
    }

    /** Unpacks a compressed file where it lies, if what is in it is not larger than {@code limit} bytes. */
    void unpack(Path file, Format format, long limit) throws IOException, InterruptedException {
        Path packed = file.resolveSibling(file.getFileName() + "." + format.label());
        Files.move(file, packed);
        var command = new ArrayList<>(LIMITS.subList(0, 2));
        command.add("--fsize=" + limit);
        command.addAll(format.unpacking());
        command.add(packed.toString());
        conversions.acquire();
        try {
            run(command);
        } finally {
            conversions.release();
            Files.deleteIfExists(packed);
        }
    }

    private String run(String... command) throws IOException, InterruptedException {
        return run(List.of(command));
    }

    /** Returns what the command printed; if it fails, that is in the exception. */
    private String run(List<String> command) throws IOException, InterruptedException {
        Path log = Files.createTempFile(logs, "command-", ".log");
        try (var child = ChildProcess.start(command.getFirst(), command, Map.of(), log)) {
            int status = child.waitFor();
            String output = Files.readString(log);
            if (status != 0) {
                throw new IOException("%s, exit status %d".formatted(output.strip(), status));
            }
            return output;
        } finally {
            Files.deleteIfExists(log);
        }
    }
}
