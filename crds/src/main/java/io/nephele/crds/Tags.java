package io.nephele.crds;

/** AWS's rules for tags, as CEL for the schemas of all kinds that have them. */
public final class Tags {

    public static final int MAX = 50;
    public static final int MAX_KEY = 128;
    public static final int MAX_VALUE = 256;

    /** On the spec that has {@code tags}. */
    public static final String RULE =
            "!has(self.tags) || self.tags.all(k, size(k) > 0 && size(k) <= 128 && !k.startsWith('aws:') && size(self.tags[k]) <= 256)";

    public static final String MESSAGE =
            "tag keys have 1 to 128 characters and do not begin with aws:, values have at most 256";

    private Tags() {}
}
