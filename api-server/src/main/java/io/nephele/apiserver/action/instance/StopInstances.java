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
import software.amazon.awssdk.services.ec2.model.StopInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StopInstancesResponse;

@Singleton
class StopInstances implements Action<StopInstancesRequest, StopInstancesResponse> {

    @Override
    public StopInstancesResponse call(StopInstancesRequest request, Call call) {
        if (Boolean.TRUE.equals(request.hibernate())) {
            throw AwsException.of("UnsupportedHibernationConfiguration", "Instances of this cloud cannot hibernate.");
        }
        List<Instance> instances = call.instances(request.instanceIds());
        instances.forEach(StopInstances::check);
        boolean force = Boolean.TRUE.equals(request.force());
        List<InstanceStateChange> changes =
                instances.stream().map(instance -> stop(call, instance, force)).toList();
        return StopInstancesResponse.builder().stoppingInstances(changes).build();
    }

    private static void check(Instance instance) {
        String id = AwsId.INSTANCE.of(instance);
        switch (InstanceState.shown(instance)) {
            case Pending, Running, Stopping, Stopped -> {}
            case ShuttingDown, Terminated ->
                throw AwsException.of(
                        "IncorrectInstanceState",
                        "The instance '" + id + "' is not in a state from which it can be stopped.");
        }
        if (instance.getSpec().isStopProtected()) {
            throw AwsException.of(
                    "OperationNotPermitted",
                    "The instance '" + id
                            + "' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.");
        }
    }

    private static InstanceStateChange stop(Call call, Instance instance, boolean force) {
        InstanceState state = InstanceState.shown(instance);
        if (state == InstanceState.Stopped || (state == InstanceState.Stopping && !force)) {
            return InstanceView.change(instance, state);
        }
        call.asUser().patch(instance, Json.spec(spec -> {
            spec.put("powerState", "Stopped");
            if (force) {
                spec.put("forceStop", true);
            } else {
                spec.putNull("forceStop");
            }
        }));
        return InstanceView.change(instance, InstanceState.Stopping);
    }
}
