package io.nephele.sandbox.launcher;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.accesskey.AccessKeySpec;
import io.nephele.crds.accesskey.AccessKeyStatus;
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
import io.nephele.sandbox.launcher.GuestImages.GuestImage;
import io.nephele.sandbox.launcher.Sandbox.Tenant;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A project, a user of it with an access key, and a public image: enough to order a VM with the first command. */
record Examples(KubernetesClient client) {

    static final String PROJECT = "demo";
    static final String USER = "alice";
    static final String CATALOGUE = "nephele-images";
    static final String IMAGE = GuestImages.TINY;

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
     * Creates what is not there yet, and waits until it can be used.
     *
     * @param awaitImages whether to wait for the images too; one from the world takes minutes
     */
    void create(List<GuestImage> images, boolean awaitImages) {
        project(PROJECT, "Demonstration");
        member(PROJECT, USER, MemberRole.Owner);
        project(CATALOGUE, "Public images");
        images.forEach(this::image);
        if (awaitImages) {
            images.forEach(this::awaitImage);
        }
    }

    private void image(GuestImage from) {
        if (client.resources(Image.class)
                        .inNamespace(CATALOGUE)
                        .withName(from.name())
                        .get()
                != null) {
            return;
        }
        var image = new Image();
        image.setMetadata(new ObjectMetaBuilder()
                .withName(from.name())
                .withNamespace(CATALOGUE)
                .build());
        image.setSpec(new ImageSpec(
                new ImageSource(new ImageSource.Http(from.url(), null), null),
                from.size(),
                null,
                from.name(),
                from.description(),
                new LaunchPermissions(true, null),
                null));
        Sandbox.apply(client, image);
    }

    private void awaitImage(GuestImage image) {
        client.resources(Image.class)
                .inNamespace(CATALOGUE)
                .withName(image.name())
                .waitUntilCondition(
                        i -> i != null && i.getStatus() != null && i.getStatus().state() == ImageState.Available,
                        120,
                        TimeUnit.SECONDS);
    }

    /**
     * A member's access key, of his name. It is shown for an hour after it was made: when that is over and nobody has kept it, another one takes its place.
     *
     * @param kept from an earlier start
     */
    Tenant accessKey(String project, String user, @Nullable Tenant kept) {
        Resource<AccessKey> resource =
                client.resources(AccessKey.class).inNamespace(project).withName(user);
        AccessKey present = resource.get();
        if (present != null && kept != null && kept.accessKeyId().equals(present.accessKeyId())) {
            return kept;
        }
        if (present != null
                && (present.getStatus() == null || present.getStatus().secretName() == null)) {
            client.resource(present).delete();
            resource.waitUntilCondition(Objects::isNull, 60, TimeUnit.SECONDS);
            present = null;
        }
        if (present == null) {
            var key = new AccessKey();
            key.setMetadata(new ObjectMetaBuilder()
                    .withName(user)
                    .withNamespace(project)
                    .build());
            key.setSpec(new AccessKeySpec(user, true, null, null));
            Sandbox.apply(client, key);
        }
        AccessKey made = resource.waitUntilCondition(
                k -> k != null && k.getStatus() != null && k.getStatus().secretName() != null, 60, TimeUnit.SECONDS);
        Secret secret = client.secrets()
                .inNamespace(project)
                .withName(made.getStatus().secretName())
                .waitUntilCondition(s -> s != null && s.getData() != null, 60, TimeUnit.SECONDS);
        return new Tenant(decode(secret, AccessKeyStatus.ID), decode(secret, AccessKeyStatus.SECRET));
    }

    private static String decode(Secret secret, String key) {
        return new String(Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.UTF_8);
    }

    /** Makes a user a member, whatever he was before, and waits until he has rights and a quota. */
    void member(String project, String user, MemberRole role) {
        member(project, user, role, MembershipState.Accepted);
    }

    /** Says how a user stands to a project, and waits until that is in force. */
    void member(String project, String user, MemberRole role, MembershipState state) {
        var membership = new ProjectMembership();
        membership.setMetadata(new ObjectMetaBuilder()
                .withName(ProjectMembership.nameOf(user))
                .withNamespace(project)
                .build());
        membership.setSpec(new ProjectMembershipSpec(user, role, state, null, null));
        Sandbox.apply(client, membership);
        client.resource(membership)
                .waitUntilCondition(
                        m -> m != null && m.getStatus() != null && m.getStatus().state() == state,
                        60,
                        TimeUnit.SECONDS);
    }

    /** Makes a project, and waits until it has its namespace. */
    void project(String name, String displayName) {
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
