package io.nephele.crds;

import java.math.BigInteger;
import java.util.Locale;

/**
 * The unique ids of IAM: four letters that say of what, and 16 or 17 characters of base 32.
 *
 * <p>Source: "Unique identifiers" in the IAM User Guide.
 */
public enum UniqueId {
    /** Of a long-lived access key. */
    ACCESS_KEY("AKIA", 16),

    /** Of the access key of a session. */
    SESSION_KEY("ASIA", 16),

    /** Of a user in a project. */
    USER("AIDA", 17),

    /** Of a role. */
    ROLE("AROA", 17);

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private final String prefix;
    private final int digits;

    UniqueId(String prefix, int digits) {
        this.prefix = prefix;
        this.digits = digits;
    }

    /** The id that follows from {@code seeds}: the same ones always give the same id. */
    public String derive(String... seeds) {
        // Java's digits are 0-9 and A-V; AWS's alphabet has A-Z and 2-7.
        String base32 = new BigInteger(AwsId.hash(seeds), 16).toString(32).toUpperCase(Locale.ROOT);
        StringBuilder id = new StringBuilder(prefix);
        for (int i = 0; i < digits; i++) {
            id.append(ALPHABET.charAt(Character.digit(base32.charAt(i), 32)));
        }
        return id.toString();
    }

    /** Whether {@code text} is of this kind by its first letters. */
    public boolean begins(String text) {
        return text.startsWith(prefix);
    }
}
