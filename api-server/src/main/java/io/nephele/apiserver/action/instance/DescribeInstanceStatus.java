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
import software.amazon.awssdk.services.ec2.model.InstanceStatusDetails;
import software.amazon.awssdk.services.ec2.model.InstanceStatusSummary;

/** Running machines, or all of them if asked; a machine that runs is well, because nobody looks inside. */
@Singleton
class DescribeInstanceStatus implements Action<DescribeInstanceStatusRequest, DescribeInstanceStatusResponse> {

    private static final Filters<InstanceStatus> FILTERS = new Filters<InstanceStatus>()
            .on("availability-zone", InstanceStatus::availabilityZone)
            .on("availability-zone-id", InstanceStatus::availabilityZoneId)
            .on("instance-state-name", s -> s.instanceState().nameAsString())
            .onValue("instance-state-code", s -> s.instanceState().code())
            .on("instance-status.status", s -> s.instanceStatus().statusAsString())
            .on("system-status.status", s -> s.systemStatus().statusAsString())
            .on("attached-ebs-status.status", s -> s.attachedEbsStatus().statusAsString())
            .onAny("instance-status.reachability", s -> reachability(s.instanceStatus()))
            .onAny("system-status.reachability", s -> reachability(s.systemStatus()))
            .onNothing(
                    "event.code",
                    "event.description",
                    "event.instance-event-id",
                    "event.not-after",
                    "event.not-before",
                    "event.not-before-deadline",
                    "operator.managed",
                    "operator.principal");

    private static List<String> reachability(InstanceStatusSummary summary) {
        return summary.details().stream()
                .map(InstanceStatusDetails::statusAsString)
                .toList();
    }

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
        List<InstanceStatusDetails> passed = runs
                ? List.of(InstanceStatusDetails.builder()
                        .name("reachability")
                        .status("passed")
                        .build())
                : List.of();
        return InstanceStatus.builder()
                .instanceId(AwsId.INSTANCE.of(instance))
                .availabilityZone(call.defaultZone())
                .availabilityZoneId(call.zoneId(call.defaultZone()))
                .instanceState(s -> s.code(state.code()).name(state.awsName()))
                .instanceStatus(s -> s.status(summary).details(passed))
                .systemStatus(s -> s.status(summary).details(passed))
                .attachedEbsStatus(s -> s.status(summary))
                .events(List.of())
                .build();
    }
}
