package io.nephele.operator.project;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.image.Image;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.PowerState;
import io.nephele.crds.keypair.KeyPair;
import io.nephele.crds.volume.Volume;
import io.nephele.operator.Writes;
import io.nephele.operator.project.ProjectDecision.Machines;
import jakarta.inject.Singleton;
import java.util.List;

/** What is in a project that is suspended, or over. Looked for in the API itself: it happens seldom, and no cache is trusted with the removal of data. */
@Singleton
class Contents {

    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final Writes writes;

    Contents(Writes writes) {
        this.writes = writes;
    }

    /** Whether there is something in a project that cannot be had again. */
    boolean holdData(String project) {
        return !all(Instance.class, project).isEmpty()
                || !all(Volume.class, project).isEmpty()
                || !all(Image.class, project).isEmpty();
    }

    /** Stops or removes what is to be; says whether that is done. */
    boolean turn(String project, Machines machines) {
        return switch (machines) {
            case LEFT -> true;
            case STOPPED -> stop(project, false);
            case ALL_STOPPED -> stop(project, true);
            case REMOVED -> remove(project);
        };
    }

    private boolean stop(String project, boolean protectedOnesToo) {
        for (Instance instance : all(Instance.class, project)) {
            boolean isProtected = Boolean.TRUE.equals(instance.getSpec().stopProtection());
            boolean runs = instance.getSpec().powerState() == null
                    || instance.getSpec().powerState() == PowerState.Running;
            if (runs && (protectedOnesToo || !isProtected)) {
                patch(
                        instance,
                        isProtected
                                ? "{\"spec\":{\"powerState\":\"Stopped\",\"stopProtection\":false}}"
                                : "{\"spec\":{\"powerState\":\"Stopped\"}}");
            }
        }
        return true;
    }

    /** Machines first, then what they used: nothing is taken away under one that runs. */
    private boolean remove(String project) {
        List<Instance> instances = all(Instance.class, project);
        for (Instance instance : instances) {
            if (instance.getMetadata().getDeletionTimestamp() == null) {
                if (Boolean.TRUE.equals(instance.getSpec().terminationProtection())) {
                    patch(instance, "{\"spec\":{\"terminationProtection\":false}}");
                }
                delete(instance);
            }
        }
        if (!instances.isEmpty()) {
            return false;
        }
        boolean gone = true;
        for (Class<? extends HasMetadata> type : List.of(Volume.class, Image.class, KeyPair.class, AccessKey.class)) {
            List<? extends HasMetadata> left = all(type, project);
            left.stream()
                    .filter(object -> object.getMetadata().getDeletionTimestamp() == null)
                    .forEach(this::delete);
            gone &= left.isEmpty();
        }
        return gone;
    }

    private void patch(Instance instance, String change) {
        writes.client()
                .resources(Instance.class)
                .inNamespace(instance.getMetadata().getNamespace())
                .withName(instance.getMetadata().getName())
                .patch(MERGE, change);
    }

    private void delete(HasMetadata object) {
        writes.delete(
                object.getClass(),
                object.getMetadata().getNamespace(),
                object.getMetadata().getName());
    }

    private <T extends HasMetadata> List<T> all(Class<T> type, String project) {
        return writes.client().resources(type).inNamespace(project).list().getItems();
    }
}
