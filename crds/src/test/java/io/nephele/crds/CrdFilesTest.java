package io.nephele.crds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.image.Image;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instancetype.InstanceType;
import io.nephele.crds.keypair.KeyPair;
import io.nephele.crds.project.MembershipRequest;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectApplication;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.quota.Quota;
import io.nephele.crds.volume.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The chart's CRD files are those of the build, with the printer columns in the order in which the types declare them: the generator sorts them by path. {@code make crds}
 * writes them.
 */
class CrdFilesTest {

    @ParameterizedTest
    @ValueSource(
            classes = {
                AccessKey.class,
                Image.class,
                Instance.class,
                InstanceType.class,
                KeyPair.class,
                MembershipRequest.class,
                Project.class,
                ProjectApplication.class,
                ProjectMembership.class,
                Quota.class,
                Volume.class
            })
    void theChartHasTheCrdOfEveryKind(Class<? extends CustomResource<?, ?>> type) throws IOException {
        String file = CustomResource.getCRDName(type) + "-v1.yml";
        CustomResourceDefinition definition = Serialization.unmarshal(
                Files.newInputStream(Path.of("target/classes/META-INF/fabric8", file)), CustomResourceDefinition.class);
        List<String> order = Arrays.stream(type.getAnnotationsByType(AdditionalPrinterColumn.class))
                .map(AdditionalPrinterColumn::name)
                .toList();
        definition
                .getSpec()
                .getVersions()
                .forEach(version -> version.getAdditionalPrinterColumns()
                        .sort(Comparator.comparingInt(
                                (CustomResourceColumnDefinition column) -> order.indexOf(column.getName()))));
        String expected = Serialization.asYaml(definition);

        Path inChart = Path.of("../helm/nephele/crds", file);
        if (Boolean.getBoolean("crds.write")) {
            Files.writeString(inChart, expected);
        }
        assertThat(inChart).as("run: make crds").hasContent(expected);
    }
}
