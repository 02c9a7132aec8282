package io.nephele.apiserver.kube;

import io.nephele.apiserver.protocol.AwsException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What AWS says when a limit is reached, by what is limited. The quota's refusal ends with {@code [quota resource=<name>]}.
 *
 * <p>Source of the codes: "Error codes for the Amazon EC2 API"; for access keys the IAM API reference.
 */
final class LimitCodes {

    private static final Pattern MARK = Pattern.compile("\\s*\\[quota resource=([a-z0-9-]+)]\\s*$");
    private static final Pattern WEBHOOK = Pattern.compile("^admission webhook \"[^\"]*\" denied the request: ");

    private static final Map<String, String> CODES = Map.ofEntries(
            Map.entry("instances", "InstanceLimitExceeded"),
            Map.entry("running-instances", "InstanceLimitExceeded"),
            Map.entry("vcpus", "VcpuLimitExceeded"),
            Map.entry("running-vcpus", "VcpuLimitExceeded"),
            Map.entry("memory", "VcpuLimitExceeded"),
            Map.entry("running-memory", "VcpuLimitExceeded"),
            Map.entry("volumes", "VolumeLimitExceeded"),
            Map.entry("floating-ips", "AddressLimitExceeded"),
            Map.entry("networks", "VpcLimitExceeded"),
            Map.entry("snapshots", "SnapshotLimitExceeded"),
            Map.entry("images", "ResourceLimitExceeded"),
            Map.entry("key-pairs", "KeyPairLimitExceeded"),
            Map.entry("access-keys", "LimitExceeded"));

    private LimitCodes() {}

    /** The refusal in AWS's words, or null if it was not the quota that refused. */
    static @Nullable AwsException of(String message) {
        Matcher mark = MARK.matcher(message);
        if (!mark.find()) {
            return null;
        }
        String resource = mark.group(1);
        String text = WEBHOOK.matcher(message.substring(0, mark.start())).replaceFirst("");
        String code = resource.startsWith("storage")
                ? "VolumeLimitExceeded"
                : CODES.getOrDefault(resource, "ResourceLimitExceeded");
        return AwsException.of(code.equals("LimitExceeded") ? 409 : 400, code, text);
    }
}
