package io.nephele.sandbox.launcher;

import io.nephele.sandbox.launcher.Sandbox.Tenant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tenant's key between two starts: the cloud itself shows it only for an hour. Nobody but the owner of the sandbox can read it. */
record TenantFile(Path file) {

    /** The key that was kept, or null. */
    @Nullable Tenant read() throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        List<String> lines = Files.readAllLines(file);
        return lines.size() < 2 ? null : new Tenant(lines.get(0), lines.get(1));
    }

    void write(Tenant tenant) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, List.of(tenant.accessKeyId(), tenant.secretAccessKey()));
    }
}
