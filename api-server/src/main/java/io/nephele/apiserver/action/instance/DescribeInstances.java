package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Page;
import io.nephele.crds.AwsId;
import io.nephele.crds.instance.Instance;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Reservation;

@Singleton
class DescribeInstances implements Action<DescribeInstancesRequest, DescribeInstancesResponse> {

    /** An Instance and how it looks; looked at once. */
    private record Item(String id, String reservation, software.amazon.awssdk.services.ec2.model.Instance view) {}

    @Override
    public DescribeInstancesResponse call(DescribeInstancesRequest request, Call call) {
        var bounds = new Page.Bounds(request.maxResults(), request.nextToken(), 5, 1000).notWith(request.instanceIds());
        Stream<Instance> instances = request.instanceIds().isEmpty()
                ? call.cluster().instances(call.project()).stream()
                : call.instances(request.instanceIds()).stream();
        List<Filter> onReservation = request.filters().stream()
                .filter(f -> "reservation-id".equals(f.name()) || "owner-id".equals(f.name()))
                .toList();
        Predicate<software.amazon.awssdk.services.ec2.model.Instance> filter =
                InstanceView.FILTERS.of(request.filters().stream()
                        .filter(f -> !onReservation.contains(f))
                        .toList());
        Page<Item> page = Page.of(
                instances
                        .map(i -> new Item(AwsId.INSTANCE.of(i), InstanceView.reservation(i), InstanceView.of(call, i)))
                        .filter(item -> filter.test(item.view()))
                        .filter(item -> matches(item, onReservation, call)),
                Item::id,
                bounds);
        return DescribeInstancesResponse.builder()
                .reservations(reservations(page.items(), call))
                .nextToken(page.nextToken())
                .build();
    }

    private static boolean matches(Item item, List<Filter> filters, Call call) {
        return filters.stream()
                .allMatch(f -> f.values().contains(f.name().equals("owner-id") ? call.account() : item.reservation()));
    }

    private static List<Reservation> reservations(List<Item> items, Call call) {
        Map<String, List<software.amazon.awssdk.services.ec2.model.Instance>> byReservation = new LinkedHashMap<>();
        items.forEach(item -> byReservation
                .computeIfAbsent(item.reservation(), _ -> new ArrayList<>())
                .add(item.view()));
        return byReservation.entrySet().stream()
                .map(entry -> Reservation.builder()
                        .reservationId(entry.getKey())
                        .ownerId(call.account())
                        .groups(List.of())
                        .instances(entry.getValue())
                        .build())
                .toList();
    }
}
