package io.nephele.foreign.kubevirt;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import io.nephele.crds.Wire;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A VM of KubeVirt, running or not. */
@Group("kubevirt.io")
@Version("v1")
public class VirtualMachine extends CustomResource<VirtualMachine.Spec, VirtualMachine.Status> implements Namespaced {

    /** Off. */
    public static final String HALTED = "Halted";

    /** On; started again after a failure, and left off after a clean end. */
    public static final String RERUN_ON_FAILURE = "RerunOnFailure";

    @Wire
    public record Spec(String runStrategy, Template template) {}

    @Wire
    public record Template(TemplateMeta metadata, VirtualMachineInstance.Spec spec) {}

    @Wire
    public record TemplateMeta(
            @Nullable Map<String, String> labels, @Nullable Map<String, String> annotations) {}

    /** What virt-controller says. */
    @Wire
    public record Status(
            @Nullable Boolean created,
            @Nullable String printableStatus,
            @Nullable String runStrategy,
            @Nullable List<StateChangeRequest> stateChangeRequests,
            @Nullable StartFailure startFailure,
            @Nullable List<Condition> conditions) {}

    @Wire
    public record StateChangeRequest(String action) {}

    @Wire
    public record StartFailure(int consecutiveFailCount) {}
}
