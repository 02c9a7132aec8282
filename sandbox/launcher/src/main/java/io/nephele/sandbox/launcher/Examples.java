package io.nephele.sandbox.launcher;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.accesskey.AccessKeySpec;
import io.nephele.crds.image.Image;
import io.nephele.crds.image.ImageSource;
import io.nephele.crds.image.ImageSpec;
import io.nephele.crds.image.ImageState;
import io.nephele.crds.image.LaunchPermissions;
import io.nephele.crds.project.MemberRole;
import io.nephele.crds.project.MembershipState;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.project.ProjectMembershipSpec;
import io.nephele.crds.project.ProjectSpec;
import io.nephele.crds.quota.QuotaSpec;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A project, a user of it with an access key, and a public image: enough to order a VM with the first command. */
record Examples(KubernetesClient client) {

    static final String PROJECT = "demo";
    static final String USER = "alice";
    static final String CATALOGUE = "nephele-images";
    static final String IMAGE = "debian-13";

    /** What a sandbox is for is not held back by what a site gives to its projects. */
    private static final Map<String, String> UNLIMITED = Stream.of(
                    "instances",
                    "vcpus",
                    "memory",
                    "volumes",
                    "storage.replicated",
                    "storage.local",
                    "snapshots",
                    "images",
                    "networks",
                    "floating-ips",
                    "s3-bytes")
            .collect(Collectors.toMap(Function.identity(), _ -> QuotaSpec.UNLIMITED));

    /**
     * Creates what is not there yet, waits until it can be used, and returns the Secret of the access key.
     *
     * @param imageUrl where the image comes from
     * @param awaitImage whether to wait for it too; a real one takes minutes
     */
    Secret create(String imageUrl, boolean awaitImage) {
        project(PROJECT, "Demonstration");
        project(CATALOGUE, "Public images");
        if (client.resources(Image.class).inNamespace(CATALOGUE).withName(IMAGE).get() == null) {
            var image = new Image();
            image.setMetadata(new ObjectMetaBuilder()
                    .withName(IMAGE)
                    .withNamespace(CATALOGUE)
                    .build());
            image.setSpec(new ImageSpec(
                    new ImageSource(new ImageSource.Http(imageUrl, null), null),
                    "3Gi",
                    null,
                    IMAGE,
                    "Debian 13 (trixie)",
                    new LaunchPermissions(true, null),
                    null));
            Sandbox.apply(client, image);
        }
        var member = new ProjectMembership();
        member.setMetadata(new ObjectMetaBuilder()
                .withName(ProjectMembership.nameOf(USER))
                .withNamespace(PROJECT)
                .build());
        member.setSpec(new ProjectMembershipSpec(USER, MemberRole.Owner, MembershipState.Accepted, null, null));
        Sandbox.apply(client, member);
        client.resource(member)
                .waitUntilCondition(
                        m -> m != null && m.getStatus() != null && m.getStatus().state() == MembershipState.Accepted,
                        60,
                        TimeUnit.SECONDS);
        var key = new AccessKey();
        key.setMetadata(
                new ObjectMetaBuilder().withName(USER).withNamespace(PROJECT).build());
        key.setSpec(new AccessKeySpec(USER, true, null, null));
        Sandbox.apply(client, key);

        if (awaitImage) {
            client.resources(Image.class)
                    .inNamespace(CATALOGUE)
                    .withName(IMAGE)
                    .waitUntilCondition(
                            i -> i != null
                                    && i.getStatus() != null
                                    && i.getStatus().state() == ImageState.Available,
                            120,
                            TimeUnit.SECONDS);
        }
        AccessKey made = client.resources(AccessKey.class)
                .inNamespace(PROJECT)
                .withName(USER)
                .waitUntilCondition(
                        k -> k != null && k.getStatus() != null && k.getStatus().secretName() != null,
                        60,
                        TimeUnit.SECONDS);
        return client.secrets()
                .inNamespace(PROJECT)
                .withName(made.getStatus().secretName())
                .waitUntilCondition(s -> s != null && s.getData() != null, 60, TimeUnit.SECONDS);
    }

    private void project(String name, String displayName) {
        var project = new Project();
        project.setMetadata(new ObjectMetaBuilder().withName(name).build());
        project.setSpec(ProjectSpec.of(displayName, null, false).withLimits(UNLIMITED));
        Sandbox.apply(client, project);
        client.resources(Project.class)
                .withName(name)
                .waitUntilCondition(
                        p -> p != null && p.getStatus() != null && p.getStatus().namespace() != null,
                        60,
                        TimeUnit.SECONDS);
    }
}
