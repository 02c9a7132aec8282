package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Filters;
import io.nephele.apiserver.action.Page;
import io.nephele.apiserver.protocol.AwsException;
import jakarta.inject.Singleton;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypeOfferingsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypeOfferingsResponse;
import software.amazon.awssdk.services.ec2.model.InstanceTypeOffering;

/** Every type is offered everywhere. */
@Singleton
class DescribeInstanceTypeOfferings
        implements Action<DescribeInstanceTypeOfferingsRequest, DescribeInstanceTypeOfferingsResponse> {

    private static final Filters<InstanceTypeOffering> FILTERS = new Filters<InstanceTypeOffering>()
            .on("instance-type", InstanceTypeOffering::instanceTypeAsString)
            .on("location", InstanceTypeOffering::location);

    @Override
    public DescribeInstanceTypeOfferingsResponse call(DescribeInstanceTypeOfferingsRequest request, Call call) {
        String kind = request.locationTypeAsString() == null ? "region" : request.locationTypeAsString();
        List<String> locations = switch (kind) {
            case "region" -> List.of(call.settings().region());
            case "availability-zone" ->
                call.settings().zones().stream().map(call::zone).toList();
            case "availability-zone-id" ->
                call.settings().zones().stream()
                        .map(call::zone)
                        .map(call::zoneId)
                        .toList();
            default -> throw AwsException.invalidValue("The location type '" + kind + "' is not supported");
        };
        var page = Page.of(
                call.cluster().types().stream()
                        .filter(type -> type.getSpec().isAvailable())
                        .flatMap(type -> locations.stream()
                                .map(location -> InstanceTypeOffering.builder()
                                        .instanceType(type.getMetadata().getName())
                                        .locationType(kind)
                                        .location(location)
                                        .build()))
                        .filter(FILTERS.of(request.filters())),
                offering -> offering.instanceTypeAsString() + " " + offering.location(),
                new Page.Bounds(request.maxResults(), request.nextToken(), 5, 1000));
        return DescribeInstanceTypeOfferingsResponse.builder()
                .instanceTypeOfferings(page.items())
                .nextToken(page.nextToken())
                .build();
    }
}
