package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Page;
import io.nephele.apiserver.action.instance.InstanceFilters.Listed;
import io.nephele.crds.instance.Instance;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Reservation;

@Singleton
class DescribeInstances implements Action<DescribeInstancesRequest, DescribeInstancesResponse> {

    @Override
    public DescribeInstancesResponse call(DescribeInstancesRequest request, Call call) {
        var bounds = new Page.Bounds(request.maxResults(), request.nextToken(), 5, 1000).notWith(request.instanceIds());
        List<Instance> instances = request.instanceIds().isEmpty()
                ? call.cluster().instances(call.project())
                : call.instances(request.instanceIds());
        Page<Listed> page = Page.of(
                instances.stream()
                        .map(i -> new Listed(InstanceView.reservation(i), call.account(), InstanceView.of(call, i)))
                        .filter(InstanceFilters.FILTERS.of(request.filters())),
                listed -> listed.instance().instanceId(),
                bounds);
        return DescribeInstancesResponse.builder()
                .reservations(reservations(page.items()))
                .nextToken(page.nextToken())
                .build();
    }

    private static List<Reservation> reservations(List<Listed> items) {
        Map<String, List<Listed>> byReservation = new LinkedHashMap<>();
        items.forEach(item -> byReservation
                .computeIfAbsent(item.reservation(), _ -> new ArrayList<>())
                .add(item));
        return byReservation.entrySet().stream()
                .map(entry -> Reservation.builder()
                        .reservationId(entry.getKey())
                        .ownerId(entry.getValue().getFirst().owner())
                        .groups(List.of())
                        .instances(
                                entry.getValue().stream().map(Listed::instance).toList())
                        .build())
                .toList();
    }
}
