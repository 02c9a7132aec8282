package io.nephele.apiserver.kube;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.nephele.apiserver.protocol.AwsException;
import java.net.HttpURLConnection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What AWS says when a limit is reached, by what is limited. The quota's refusal has a cause of its own, whose field is the resource.
 *
 * <p>Source of the codes: "Error codes for the Amazon EC2 API"; for access keys the IAM API reference.
 */
final class LimitCodes {

    /** The reason of that cause. */
    private static final String REASON = "QuotaExceeded";

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
    static @Nullable AwsException of(KubernetesClientException e) {
        Status status = e.getStatus();
        if (status == null || status.getDetails() == null || status.getDetails().getCauses() == null) {
            return null;
        }
        return status.getDetails().getCauses().stream()
                .filter(cause -> REASON.equals(cause.getReason()))
                .findFirst()
                .map(cause -> of(String.valueOf(cause.getField()), String.valueOf(cause.getMessage())))
                .orElse(null);
    }

    private static AwsException of(String resource, String message) {
        String code = resource.startsWith("storage")
                ? "VolumeLimitExceeded"
                : CODES.getOrDefault(resource, "ResourceLimitExceeded");
        return AwsException.of(
                code.equals("LimitExceeded") ? HttpURLConnection.HTTP_CONFLICT : HttpURLConnection.HTTP_BAD_REQUEST,
                code,
                message);
    }
}
