package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceSpec;
import io.nephele.crds.instance.PowerState;
import io.nephele.crds.instancetype.InstanceType;
import io.nephele.sandbox.controlplane.ApiServerExtension;
import io.nephele.sandbox.controlplane.ControlPlane;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(ApiServerExtension.class)
class ChartTest {

    private static final Path CHART = Settings.sourceTree().resolve("helm/nephele");

    @Test
    void passesTheStrictLint() {
        var result = new Helm(CHART).lint().strict().call();
        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    }

    @Test
    void refusesAValueThatIsNotThere() {
        assertThatThrownBy(() -> new Helm(CHART)
                        .template()
                        .withName("x")
                        .set("operator.replica", "3")
                        .call())
                .hasMessageContaining("additional properties 'replica' not allowed");
    }

    /** After a wanted change: {@code -Dgolden.write=true} writes them anew. */
    @ParameterizedTest
    @ValueSource(strings = {"default", "site"})
    void rendersWhatItHasRenderedBefore(String name) throws IOException {
        Path folder = Settings.sourceTree().resolve("sandbox/launcher/src/test/resources/chart");
        Path golden = folder.resolve(name + ".rendered.yaml");
        String rendered = new Helm(CHART)
                .template()
                .withName("nephele")
                .withNamespace("nephele-system")
                .withValuesFile(folder.resolve(name + ".values.yaml"))
                .call();
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(golden, rendered);
        }
        assertThat(rendered).isEqualTo(Files.readString(golden));
    }

    @Test
    void isInstalledUpgradedAndUninstalledAndNoMachineGoesWithIt(ControlPlane controlPlane) {
        Config once = new ConfigBuilder(controlPlane.config(controlPlane.adminToken()))
                .withRequestRetryBackoffLimit(0)
                .build();
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(once).build()) {
            new Helm(CHART)
                    .install()
                    .withName("nephele")
                    .withNamespace("nephele-system")
                    .createNamespace()
                    .withKubeConfig(controlPlane.kubeconfig())
                    .call();
            var instance = new Instance();
            instance.setMetadata(new ObjectMetaBuilder()
                    .withName("pet")
                    .withNamespace("default")
                    .build());
            instance.setSpec(
                    new InstanceSpec("m1.small", "debian", null, null, null, null, null, null, null, null, null, null));
            // Nobody answers the webhooks here: what costs is refused.
            await().untilAsserted(() -> assertThatThrownBy(
                            () -> client.resource(instance).create())
                    .hasMessageContaining("failed calling webhook"));
            MutatingWebhookConfiguration completing = withoutVersion(client.admissionRegistration()
                    .v1()
                    .mutatingWebhookConfigurations()
                    .withName("nephele")
                    .get());
            ValidatingWebhookConfiguration validating = withoutVersion(client.admissionRegistration()
                    .v1()
                    .validatingWebhookConfigurations()
                    .withName("nephele")
                    .get());
            client.resource(completing).delete();
            client.resource(validating).delete();
            // Policies take a moment to be in force.
            await().untilAsserted(() -> assertThatThrownBy(
                            () -> client.resource(instance).dryRun(true).create())
                    .hasMessageContaining("the namespace default belongs to no Project"));
            client.namespaces()
                    .withName("default")
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"metadata\":{\"labels\":{\"nephele.io/project\":\"default\"}}}");
            await().ignoreExceptions().until(() -> client.resource(instance).create() != null);
            client.resource(completing).create();
            client.resource(validating).create();
            var pet = client.resources(Instance.class).inNamespace("default").withName("pet");
            await().untilAsserted(() -> assertThatThrownBy(() -> pet.patch(
                            PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"instanceType\":\"m1.large\"}}"))
                    .hasMessageContaining("failed calling webhook"));
            // And what stops is never held up.
            pet.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"powerState\":\"Stopped\"}}");
            assertThat(pet.get().getSpec().powerState()).isEqualTo(PowerState.Stopped);

            assertThat(may(client, "nephele-operator", "get", "", "secrets")).isFalse();
            assertThat(may(client, "nephele-operator", "list", "nephele.io", "instances"))
                    .isTrue();
            assertThat(may(client, "nephele-operator", "delete", "kubevirt.io", "virtualmachines"))
                    .isFalse();
            assertThat(may(client, "nephele-api-server", "create", "nephele.io", "instances"))
                    .isFalse();
            assertThat(may(client, "nephele-api-server", "impersonate", "", "users"))
                    .isTrue();
            assertThat(may(client, "nephele-api-server", "impersonate", "", "groups"))
                    .isFalse();

            new Helm(CHART)
                    .upgrade()
                    .withName("nephele")
                    .withNamespace("nephele-system")
                    .set("operator.replicas", "3")
                    .withKubeConfig(controlPlane.kubeconfig())
                    .call();
            assertThat(client.apps()
                            .deployments()
                            .inNamespace("nephele-system")
                            .withName("nephele-operator")
                            .get()
                            .getSpec()
                            .getReplicas())
                    .isEqualTo(3);
            Helm.uninstall("nephele")
                    .withNamespace("nephele-system")
                    .withKubeConfig(controlPlane.kubeconfig())
                    .call();
            assertThat(client.apps()
                            .deployments()
                            .inNamespace("nephele-system")
                            .list()
                            .getItems())
                    .isEmpty();
            assertThat(client.resources(Instance.class)
                            .inNamespace("default")
                            .withName("pet")
                            .get())
                    .isNotNull();
            assertThat(client.resources(InstanceType.class).withName("m1.small").get())
                    .isNotNull();
        }
    }

    private static <T extends HasMetadata> T withoutVersion(T object) {
        object.getMetadata().setResourceVersion(null);
        object.getMetadata().setUid(null);
        return object;
    }

    private static boolean may(KubernetesClient client, String account, String verb, String group, String resource) {
        var review = new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser("system:serviceaccount:nephele-system:" + account)
                .withNewResourceAttributes()
                .withVerb(verb)
                .withGroup(group)
                .withResource(resource)
                .withNamespace("default")
                .endResourceAttributes()
                .endSpec()
                .build();
        return client.authorization()
                .v1()
                .subjectAccessReview()
                .create(review)
                .getStatus()
                .getAllowed();
    }
}
