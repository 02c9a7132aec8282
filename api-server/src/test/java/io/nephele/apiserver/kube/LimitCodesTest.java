package io.nephele.apiserver.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.nephele.apiserver.protocol.AwsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitCodesTest {

    @ParameterizedTest
    @CsvSource({
        "instances, InstanceLimitExceeded, 400",
        "vcpus, VcpuLimitExceeded, 400",
        "running-vcpus, VcpuLimitExceeded, 400",
        "memory, VcpuLimitExceeded, 400",
        "running-memory, VcpuLimitExceeded, 400",
        "volumes, VolumeLimitExceeded, 400",
        "storage, VolumeLimitExceeded, 400",
        "storage.replicated, VolumeLimitExceeded, 400",
        "floating-ips, AddressLimitExceeded, 400",
        "networks, VpcLimitExceeded, 400",
        "snapshots, SnapshotLimitExceeded, 400",
        "images, ResourceLimitExceeded, 400",
        "key-pairs, KeyPairLimitExceeded, 400",
        "access-keys, LimitExceeded, 409",
        "of-tomorrow, ResourceLimitExceeded, 400"
    })
    void aLimitIsCalledWhatAwsCallsIt(String resource, String code, int status) {
        AwsException e = AsUser.translate(exceeded(resource));
        assertThat(e.code()).isEqualTo(code);
        assertThat(e.status()).isEqualTo(status);
        assertThat(e.getMessage()).isEqualTo("exceeded quota of the project demo");
    }

    @Test
    void aWebhookThatFailsIsARequestToTryAgain() {
        AwsException e = AsUser.translate(
                refused(
                        500,
                        "Internal error occurred: failed calling webhook \"quota.nephele.io\": failed to call webhook: Post \"https://x\": dial tcp: connect: connection refused"));
        assertThat(e.code()).isEqualTo("Unavailable");
        assertThat(e.status()).isEqualTo(503);
    }

    /** As the quota's webhook refuses. */
    private static KubernetesClientException exceeded(String resource) {
        String message = "exceeded quota of the project demo";
        return new KubernetesClientException(
                message,
                403,
                new StatusBuilder()
                        .withCode(403)
                        .withReason("Forbidden")
                        .withMessage("admission webhook \"validate.nephele.io\" denied the request: " + message)
                        .withNewDetails()
                        .withGroup("nephele.io")
                        .withKind("quotas")
                        .addNewCause(resource, message, "QuotaExceeded")
                        .endDetails()
                        .build());
    }

    private static KubernetesClientException refused(int code, String message) {
        return new KubernetesClientException(
                message,
                code,
                new StatusBuilder().withCode(code).withMessage(message).build());
    }
}
