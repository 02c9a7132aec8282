package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Filters;
import io.nephele.apiserver.action.Page;
import io.nephele.crds.AwsId;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceState;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceStatusRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceStatusResponse;
import software.amazon.awssdk.services.ec2.model.InstanceStatus;

/** Running machines, or all of them if asked; a machine that runs is well, because nobody looks inside. */
@Singleton
class DescribeInstanceStatus implements Action<DescribeInstanceStatusRequest, DescribeInstanceStatusResponse> {

    private static final Filters<InstanceStatus> FILTERS = new Filters<InstanceStatus>()
            .on("availability-zone", InstanceStatus::availabilityZone)
            .on("instance-state-name", s -> s.instanceState().nameAsString())
            .on("instance-state-code", s -> String.valueOf(s.instanceState().code()))
            .on("instance-status.status", s -> s.instanceStatus().statusAsString())
            .on("system-status.status", s -> s.systemStatus().statusAsString())
            .onAny(
                    "instance-status.reachability",
                    s -> s.instanceStatus().details().stream()
                            .map(d -> d.statusAsString())
                            .toList())
            .onAny(
                    "system-status.reachability",
                    s -> s.systemStatus().details().stream()
                            .map(d -> d.statusAsString())
                            .toList());

    @Override
    public DescribeInstanceStatusResponse call(DescribeInstanceStatusRequest request, Call call) {
        var bounds = new Page.Bounds(request.maxResults(), request.nextToken(), 5, 1000).notWith(request.instanceIds());
        boolean all = Boolean.TRUE.equals(request.includeAllInstances());
        Stream<Instance> instances = request.instanceIds().isEmpty()
                ? call.cluster().instances(call.project()).stream()
                : call.instances(request.instanceIds()).stream();
        var page = Page.of(
                instances
                        .filter(i -> all || InstanceState.shown(i) == InstanceState.Running)
                        .map(i -> status(call, i))
                        .filter(FILTERS.of(request.filters())),
                InstanceStatus::instanceId,
                bounds);
        return DescribeInstanceStatusResponse.builder()
                .instanceStatuses(page.items())
                .nextToken(page.nextToken())
                .build();
    }

    private static InstanceStatus status(Call call, Instance instance) {
        InstanceState state = InstanceState.shown(instance);
        boolean runs = state == InstanceState.Running;
        String summary = runs ? "ok" : "not-applicable";
        return InstanceStatus.builder()
                .instanceId(AwsId.INSTANCE.of(instance))
                .availabilityZone(call.defaultZone())
                .instanceState(s -> s.code(state.code()).name(state.awsName()))
                .instanceStatus(s -> s.status(summary).details(runs ? List.of(passed()) : List.of()))
                .systemStatus(s -> s.status(summary).details(runs ? List.of(passed()) : List.of()))
                .events(List.of())
                .build();
    }

    private static software.amazon.awssdk.services.ec2.model.InstanceStatusDetails passed() {
        return software.amazon.awssdk.services.ec2.model.InstanceStatusDetails.builder()
                .name("reachability")
                .status("passed")
                .build();
    }
}
