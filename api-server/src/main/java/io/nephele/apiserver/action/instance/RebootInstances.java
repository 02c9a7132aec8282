package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Json;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceState;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.RebootInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RebootInstancesResponse;

@Singleton
class RebootInstances implements Action<RebootInstancesRequest, RebootInstancesResponse> {

    @Override
    public RebootInstancesResponse call(RebootInstancesRequest request, Call call) {
        List<Instance> instances = call.instances(request.instanceIds());
        for (Instance instance : instances) {
            InstanceState state = InstanceState.shown(instance);
            if (state != InstanceState.Running && state != InstanceState.Pending) {
                throw AwsException.of(
                        "IncorrectInstanceState",
                        "The instance '" + AwsId.INSTANCE.of(instance) + "' is not in the 'running' state.");
            }
        }
        String now = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
        instances.forEach(instance ->
                call.asUser().patch(instance, Json.spec(spec -> spec.put("rebootRequestedAt", now))));
        return RebootInstancesResponse.builder().build();
    }
}
