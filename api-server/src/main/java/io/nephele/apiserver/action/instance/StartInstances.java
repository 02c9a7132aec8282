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
import software.amazon.awssdk.services.ec2.model.StartInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StartInstancesResponse;

@Singleton
class StartInstances implements Action<StartInstancesRequest, StartInstancesResponse> {

    @Override
    public StartInstancesResponse call(StartInstancesRequest request, Call call) {
        List<Instance> instances = call.instances(request.instanceIds());
        instances.forEach(StartInstances::check);
        List<InstanceStateChange> changes =
                instances.stream().map(instance -> start(call, instance)).toList();
        return StartInstancesResponse.builder().startingInstances(changes).build();
    }

    private static void check(Instance instance) {
        switch (InstanceState.shown(instance)) {
            case Stopped, Running, Pending -> {}
            case Stopping, ShuttingDown, Terminated ->
                throw AwsException.of(
                        "IncorrectInstanceState",
                        "The instance '" + AwsId.INSTANCE.of(instance)
                                + "' is not in a state from which it can be started.");
        }
    }

    private static InstanceStateChange start(Call call, Instance instance) {
        if (InstanceState.shown(instance) != InstanceState.Stopped) {
            return InstanceView.change(instance, InstanceState.shown(instance));
        }
        call.asUser()
                .patch(
                        instance,
                        Json.spec(spec -> spec.put("powerState", "Running").putNull("forceStop")));
        return InstanceView.change(instance, InstanceState.Pending);
    }
}
