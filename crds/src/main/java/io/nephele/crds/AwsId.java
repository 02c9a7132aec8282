package io.nephele.crds;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * AWS resource ids: a prefix and 17 hexadecimal digits.
 *
 * <p>An object whose name is an id of its kind has that id; any other has one derived from its UID. Nothing is stored, and an object that is deleted and made again
 * under its old name has another id, unless the name is the id.
 */
public enum AwsId {
    INSTANCE("i"),
    VOLUME("vol"),
    IMAGE("ami"),
    KEY_PAIR("key"),
    RESERVATION("r");

    private static final int DIGITS = 17;

    private final String prefix;
    private final Pattern pattern;

    AwsId(String prefix) {
        this.prefix = prefix;
        this.pattern = Pattern.compile(prefix + "-[0-9a-f]{8}([0-9a-f]{9})?");
    }

    /** The part before the hyphen: what a TagSpecification and an error message go by. */
    public String prefix() {
        return prefix;
    }

    /** Whether {@code text} is a well-formed id of this kind: 8 or 17 digits. */
    public boolean matches(String text) {
        return pattern.matcher(text).matches();
    }

    /** The id of an object. */
    public String of(HasMetadata object) {
        return of(object.getMetadata().getName(), object.getMetadata().getUid());
    }

    /** The id of an object by its name and UID. */
    public String of(String name, String uid) {
        return matches(name) ? name : derive(uid);
    }

    /** The id that follows from {@code seeds}: the same ones always give the same id. */
    public String derive(String... seeds) {
        return prefix + "-" + hash(seeds).substring(0, DIGITS);
    }

    /** SHA-256 over {@code seeds} in hexadecimal; the boundaries between them count. */
    public static String hash(String... seeds) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (String seed : seeds) {
                sha256.update(seed.getBytes(StandardCharsets.UTF_8));
                sha256.update((byte) 0);
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
