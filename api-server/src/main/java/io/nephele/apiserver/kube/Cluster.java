package io.nephele.apiserver.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.crds.AwsId;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.image.Image;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instancetype.InstanceType;
import io.nephele.crds.keypair.KeyPair;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.crds.volume.Volume;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is in the cluster, from informer caches. Whoever asks sees only what he names: the callers filter by project. */
@Startup
@Singleton
public class Cluster {

    private static final String NAMESPACE = "project";
    private static final String ID = "id";
    private static final String ACCOUNT = "account";
    private static final String ATTACHED = "attached";
    private static final String UID = "uid";
    private static final String USER = "user";

    private final KubernetesClient client;
    private final List<Mirror<?>> mirrors = new ArrayList<>();
    private final Mirror<Project> projects;
    private final Mirror<ProjectMembership> memberships;
    private final Mirror<AccessKey> accessKeys;
    private final Mirror<Instance> instances;
    private final Mirror<Volume> volumes;
    private final Mirror<Image> images;
    private final Mirror<KeyPair> keyPairs;
    private final Mirror<InstanceType> types;

    public Cluster(KubernetesClient client) {
        this.client = client;
        projects = mirror(Project.class, Map.of(ACCOUNT, project -> List.of(project.accountId())));
        memberships = mirror(ProjectMembership.class, Map.of());
        accessKeys = mirror(
                AccessKey.class,
                Map.of(
                        ID,
                        key -> List.of(key.accessKeyId()),
                        UID,
                        key -> List.of(key.getMetadata().getUid()),
                        USER,
                        key -> List.of(key.getMetadata().getNamespace() + "/"
                                + key.getSpec().user())));
        instances = mirror(Instance.class, Map.of(NAMESPACE, Cluster::namespace, ID, i -> id(i, AwsId.INSTANCE)));
        volumes = mirror(
                Volume.class,
                Map.of(NAMESPACE, Cluster::namespace, ID, v -> id(v, AwsId.VOLUME), ATTACHED, Cluster::attached));
        images = mirror(Image.class, Map.of(NAMESPACE, Cluster::namespace, ID, i -> List.of(AwsId.IMAGE.of(i))));
        keyPairs = mirror(KeyPair.class, Map.of(NAMESPACE, Cluster::namespace));
        types = mirror(InstanceType.class, Map.of());
    }

    private <T extends HasMetadata> Mirror<T> mirror(Class<T> type, Map<String, Function<T, List<String>>> indexes) {
        var mirror = new Mirror<>(client.resources(type).inAnyNamespace().runnableInformer(0), indexes);
        mirrors.add(mirror);
        return mirror;
    }

    private static List<String> namespace(HasMetadata object) {
        return List.of(object.getMetadata().getNamespace());
    }

    private static List<String> id(HasMetadata object, AwsId kind) {
        return List.of(object.getMetadata().getNamespace() + "/" + kind.of(object));
    }

    private static List<String> attached(Volume volume) {
        var attachment = volume.getSpec().attachment();
        return attachment == null
                ? List.of()
                : List.of(volume.getMetadata().getNamespace() + "/" + attachment.instance());
    }

    /** Whether all caches are filled. */
    public boolean isReady() {
        return mirrors.stream().allMatch(Mirror::isReady);
    }

    public @Nullable Project project(String name) {
        return projects.get(null, name);
    }

    /** The project of an account. */
    public @Nullable Project projectOfAccount(String accountId) {
        return projects.by(ACCOUNT, accountId).stream().findFirst().orElse(null);
    }

    public @Nullable AccessKey accessKey(String accessKeyId) {
        return accessKeys.by(ID, accessKeyId).stream().findFirst().orElse(null);
    }

    public @Nullable AccessKey accessKeyByUid(String uid) {
        return accessKeys.by(UID, uid).stream().findFirst().orElse(null);
    }

    /** The access keys of a user in a project. */
    public List<AccessKey> accessKeys(String project, String user) {
        return accessKeys.by(USER, project + "/" + user);
    }

    /** The membership of the name that a user's has; whether it is his and counts is for the caller to see. */
    public @Nullable ProjectMembership membership(String project, String user) {
        return memberships.get(project, ProjectMembership.nameOf(user));
    }

    /** The Instances of a project. */
    public List<Instance> instances(String project) {
        return instances.by(NAMESPACE, project);
    }

    public @Nullable Instance instance(String project, String id) {
        return instances.by(ID, project + "/" + id).stream().findFirst().orElse(null);
    }

    public @Nullable Instance instanceNamed(String project, String name) {
        return instances.get(project, name);
    }

    /** The Volumes of a project. */
    public List<Volume> volumes(String project) {
        return volumes.by(NAMESPACE, project);
    }

    public @Nullable Volume volume(String project, String id) {
        return volumes.by(ID, project + "/" + id).stream().findFirst().orElse(null);
    }

    /** The Volumes attached to an Instance. */
    public List<Volume> volumesOf(Instance instance) {
        return volumes.by(
                ATTACHED,
                instance.getMetadata().getNamespace() + "/"
                        + instance.getMetadata().getName());
    }

    /** All Images of all projects: who may see which is said by their launch permissions. */
    public Stream<Image> images() {
        return images.list().stream();
    }

    public Stream<Image> imagesById(String id) {
        return images.by(ID, id).stream();
    }

    public List<KeyPair> keyPairs(String project) {
        return keyPairs.by(NAMESPACE, project);
    }

    public @Nullable KeyPair keyPair(String project, String name) {
        return keyPairs.get(project, name);
    }

    public List<InstanceType> types() {
        return types.list();
    }

    public @Nullable InstanceType type(String name) {
        return types.get(null, name);
    }

    /** Waits until the cache shows what was written: the caller's next question must not be answered with the past. */
    public void await(HasMetadata written) {
        switch (written) {
            case Instance instance -> instances.await(instance);
            case Volume volume -> volumes.await(volume);
            case Image image -> images.await(image);
            case KeyPair keyPair -> keyPairs.await(keyPair);
            case AccessKey accessKey -> accessKeys.await(accessKey);
            default -> throw new IllegalArgumentException(written.getKind());
        }
    }

    /** Waits until the cache shows that it is gone or going. */
    public void awaitGone(HasMetadata deleted) {
        switch (deleted) {
            case Instance instance -> instances.awaitGone(instance);
            case Volume volume -> volumes.awaitGone(volume);
            case Image image -> images.awaitGone(image);
            case KeyPair keyPair -> keyPairs.awaitGone(keyPair);
            case AccessKey accessKey -> accessKeys.awaitGone(accessKey);
            default -> throw new IllegalArgumentException(deleted.getKind());
        }
    }

    @PreDestroy
    void close() {
        mirrors.forEach(Mirror::close);
    }
}
