package io.nephele.apiserver.action.region;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Filters;
import io.nephele.apiserver.protocol.AwsException;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.function.Function;
import software.amazon.awssdk.services.ec2.model.AvailabilityZone;
import software.amazon.awssdk.services.ec2.model.DescribeAvailabilityZonesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAvailabilityZonesResponse;

/** The zones that the site's settings name. */
@Singleton
class DescribeAvailabilityZones implements Action<DescribeAvailabilityZonesRequest, DescribeAvailabilityZonesResponse> {

    private static final Filters<AvailabilityZone> FILTERS = new Filters<AvailabilityZone>()
            .on("zone-name", AvailabilityZone::zoneName)
            .on("zone-id", AvailabilityZone::zoneId)
            .on("zone-type", AvailabilityZone::zoneType)
            .on("region-name", AvailabilityZone::regionName)
            .on("opt-in-status", AvailabilityZone::optInStatusAsString)
            .on("group-name", AvailabilityZone::groupName)
            .on("group-long-name", AvailabilityZone::groupLongName)
            .on("state", AvailabilityZone::stateAsString)
            .onNothing("message", "parent-zone-id", "parent-zone-name");

    @Override
    public DescribeAvailabilityZonesResponse call(DescribeAvailabilityZonesRequest request, Call call) {
        List<AvailabilityZone> zones = call.settings().zones().stream()
                .map(letter -> zone(call, letter))
                .toList();
        requireAll(zones, request.zoneNames(), AvailabilityZone::zoneName, "availability zone");
        requireAll(zones, request.zoneIds(), AvailabilityZone::zoneId, "availability zone-id");
        return DescribeAvailabilityZonesResponse.builder()
                .availabilityZones(zones.stream()
                        .filter(zone -> request.zoneNames().isEmpty()
                                || request.zoneNames().contains(zone.zoneName()))
                        .filter(zone ->
                                request.zoneIds().isEmpty() || request.zoneIds().contains(zone.zoneId()))
                        .filter(FILTERS.of(request.filters()))
                        .toList())
                .build();
    }

    private static void requireAll(
            List<AvailabilityZone> zones, List<String> asked, Function<AvailabilityZone, String> name, String kind) {
        List<String> unknown = asked.stream()
                .filter(text -> zones.stream().map(name).noneMatch(text::equals))
                .toList();
        if (!unknown.isEmpty()) {
            throw AwsException.invalidValue("Invalid " + kind + ": " + unknown);
        }
    }

    private static AvailabilityZone zone(Call call, String letter) {
        String region = call.settings().region();
        return AvailabilityZone.builder()
                .zoneName(call.zone(letter))
                .zoneId(call.zoneId(call.zone(letter)))
                .zoneType("availability-zone")
                .regionName(region)
                .groupName(region)
                .groupLongName(region)
                .networkBorderGroup(region)
                .optInStatus("opt-in-not-required")
                .state("available")
                .messages(List.of())
                .build();
    }
}
