package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Json;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceState;
import jakarta.inject.Singleton;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.InstanceStateChange;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesResponse;

/** Terminating twice is fine; one protected machine keeps all of the request alive. */
@Singleton
class TerminateInstances implements Action<TerminateInstancesRequest, TerminateInstancesResponse> {

    @Override
    public TerminateInstancesResponse call(TerminateInstancesRequest request, Call call) {
        List<Instance> instances = call.instances(request.instanceIds());
        for (Instance instance : instances) {
            if (instance.getSpec().isTerminationProtected()) {
                throw AwsException.of(
                        "OperationNotPermitted",
                        "The instance '" + AwsId.INSTANCE.of(instance)
                                + "' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.");
            }
        }
        List<InstanceStateChange> changes =
                instances.stream().map(instance -> terminate(call, instance)).toList();
        return TerminateInstancesResponse.builder()
                .terminatingInstances(changes)
                .build();
    }

    private static InstanceStateChange terminate(Call call, Instance instance) {
        InstanceState state = InstanceState.shown(instance);
        if (state == InstanceState.ShuttingDown || state == InstanceState.Terminated) {
            return InstanceView.change(instance, state);
        }
        call.asUser().patch(instance, Json.spec(spec -> spec.put("powerState", "Terminated")));
        return InstanceView.change(instance, InstanceState.ShuttingDown);
    }
}
