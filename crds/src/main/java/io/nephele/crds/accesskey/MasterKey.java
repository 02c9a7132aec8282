package io.nephele.crds.accesskey;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the secrets of all access keys follow from. It is in one Secret of the system namespace, which the operator makes at the first start and which nobody but operator and facade can
 * read: so no project's namespace, no backup of one and no cache holds a secret access key.
 *
 * @param bytes 32 random ones
 */
public record MasterKey(byte[] bytes) {

    /** The name of the Secret, and the key of {@link #bytes} in it. */
    public static final String SECRET = "nephele-master-key";

    public static final String DATA = "key";

    public static final int LENGTH = 32;

    /** The secret access key of 40 characters that belongs to the AccessKey of this UID. */
    public String secretAccessKey(String uid) {
        byte[] mac = hmac("access-key", uid);
        return Base64.getEncoder().encodeToString(mac).substring(0, 40);
    }

    /** HMAC-SHA256 of {@code text}; another key for each purpose. */
    public byte[] hmac(String purpose, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(bytes, "HmacSHA256"));
            byte[] key = mac.doFinal(purpose.getBytes(StandardCharsets.UTF_8));
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
