package io.nephele.apiserver.action.region;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Filters;
import io.nephele.apiserver.protocol.AwsException;
import jakarta.inject.Singleton;
import java.util.List;
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
            .on("state", AvailabilityZone::stateAsString);

    @Override
    public DescribeAvailabilityZonesResponse call(DescribeAvailabilityZonesRequest request, Call call) {
        List<AvailabilityZone> zones = call.settings().zones().stream()
                .map(letter -> zone(call, letter))
                .toList();
        for (String asked : request.zoneNames()) {
            if (zones.stream().noneMatch(zone -> zone.zoneName().equals(asked))) {
                throw AwsException.invalidValue("Invalid availability zone: [" + asked + "]");
            }
        }
        return DescribeAvailabilityZonesResponse.builder()
                .availabilityZones(zones.stream()
                        .filter(zone -> request.zoneNames().isEmpty()
                                || request.zoneNames().contains(zone.zoneName()))
                        .filter(FILTERS.of(request.filters()))
                        .toList())
                .build();
    }

    private static AvailabilityZone zone(Call call, String letter) {
        String region = call.settings().region();
        return AvailabilityZone.builder()
                .zoneName(region + letter)
                .zoneId(region + "-az" + (call.settings().zones().indexOf(letter) + 1))
                .zoneType("availability-zone")
                .regionName(region)
                .groupName(region)
                .networkBorderGroup(region)
                .optInStatus("opt-in-not-required")
                .state("available")
                .messages(List.of())
                .build();
    }
}
