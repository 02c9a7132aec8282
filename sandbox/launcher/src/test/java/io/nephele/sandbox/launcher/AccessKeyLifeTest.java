package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.accesskey.MasterKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cloud that shows new keys for a few seconds only. */
class AccessKeyLifeTest {

    @Test
    void theSecretGoesTheKeyStaysAndARestartKnowsItStill(@TempDir Path directory) throws Exception {
        var settings = Settings.in(directory).withOperator("-Dnephele.access-key-secret-retention=20s");
        Sandbox.Tenant tenant;
        String secret;
        try (Sandbox sandbox = Sandbox.start(settings)) {
            tenant = sandbox.tenant();
            KubernetesClient client = sandbox.admin();
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> key(client).getStatus().secretName() == null);
            assertThat(client.secrets().inNamespace("demo").list().getItems())
                    .noneMatch(s -> "nephele.io/access-key".equals(s.getType()));
            assertThat(client.rbac().roles().inNamespace("demo").list().getItems())
                    .noneMatch(role -> role.getRules().stream()
                            .anyMatch(rule -> rule.getResources().contains("secrets")));
            RawClient alice = RawClient.of(sandbox.endpoint(), tenant);
            assertThat(alice.sts("Action=GetCallerIdentity").code()).isEqualTo("ok");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> key(client).getStatus().lastUsed() != null);

            // What the facade has noted stays when the operator has something to say, and the other way round.
            var used = key(client).getStatus().lastUsed();
            assertThat(used.service()).isEqualTo("sts");
            edit(client, Instant.now().plusSeconds(8).toString());
            await().atMost(Duration.ofSeconds(30)).until(() -> reason(client).equals("Expired"));
            assertThat(key(client).getStatus().lastUsed()).isEqualTo(used);
            assertThat(key(client).getStatus().accessKeyId()).isEqualTo(tenant.accessKeyId());
            assertThat(alice.sts("Action=GetCallerIdentity").code()).isEqualTo("InvalidClientTokenId");
            edit(client, null);
            await().atMost(Duration.ofSeconds(30)).until(() -> reason(client).equals("Active"));
            secret = key(client).getMetadata().getUid();
        }
        assertThat(Files.getPosixFilePermissions(directory.resolve("tenant")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        try (Sandbox sandbox = Sandbox.start(settings)) {
            assertThat(sandbox.tenant()).isEqualTo(tenant);
            assertThat(key(sandbox.admin()).getMetadata().getUid()).isEqualTo(secret);
            assertThat(RawClient.of(sandbox.endpoint(), tenant)
                            .ec2("Action=DescribeRegions")
                            .code())
                    .isEqualTo("ok");
            sandbox.admin().resource(key(sandbox.admin())).delete();
        }
        try (Sandbox sandbox = Sandbox.start(settings)) {
            assertThat(sandbox.tenant().accessKeyId()).isNotEqualTo(tenant.accessKeyId());
            assertThat(RawClient.of(sandbox.endpoint(), sandbox.tenant())
                            .ec2("Action=DescribeRegions")
                            .code())
                    .isEqualTo("ok");
            assertThat(RawClient.of(sandbox.endpoint(), tenant)
                            .ec2("Action=DescribeRegions")
                            .code())
                    .isEqualTo("AuthFailure");
            followsAnotherMasterKey(sandbox);
        }
    }

    /** What was made with the old one is good no more, and the facade was not started again. */
    private static void followsAnotherMasterKey(Sandbox sandbox) {
        byte[] another = new byte[MasterKey.LENGTH];
        Arrays.fill(another, (byte) 7);
        sandbox.admin()
                .secrets()
                .inNamespace(Sandbox.SYSTEM_NAMESPACE)
                .withName(MasterKey.SECRET)
                .edit(s -> {
                    s.setData(Map.of(MasterKey.DATA, Base64.getEncoder().encodeToString(another)));
                    return s;
                });
        String uid = key(sandbox.admin()).getMetadata().getUid();
        var tenant = new Sandbox.Tenant(sandbox.tenant().accessKeyId(), new MasterKey(another).secretAccessKey(uid));
        await().atMost(Duration.ofSeconds(10))
                .until(() -> RawClient.of(sandbox.endpoint(), tenant)
                        .ec2("Action=DescribeRegions")
                        .code()
                        .equals("ok"));
        assertThat(RawClient.of(sandbox.endpoint(), sandbox.tenant())
                        .ec2("Action=DescribeRegions")
                        .code())
                .isEqualTo("AuthFailure");
    }

    private static AccessKey key(KubernetesClient client) {
        return client.resources(AccessKey.class)
                .inNamespace("demo")
                .withName("alice")
                .get();
    }

    private static String reason(KubernetesClient client) {
        return key(client).getStatus().conditions().stream()
                .filter(condition -> condition.getType().equals("Ready"))
                .findFirst()
                .orElseThrow()
                .getReason();
    }

    private static void edit(KubernetesClient client, String expiresAt) {
        client.resources(AccessKey.class).inNamespace("demo").withName("alice").edit(key -> {
            var spec = key.getSpec();
            key.setSpec(new io.nephele.crds.accesskey.AccessKeySpec(
                    spec.user(), spec.active(), expiresAt, spec.deliverSecret()));
            return key;
        });
    }
}
