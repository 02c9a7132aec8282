package io.nephele.apiserver.action.region;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Filters;
import io.nephele.apiserver.protocol.AwsException;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsResponse;
import software.amazon.awssdk.services.ec2.model.Region;

/** There is one region: this cloud. */
@Singleton
class DescribeRegions implements Action<DescribeRegionsRequest, DescribeRegionsResponse> {

    private static final Filters<Region> FILTERS = new Filters<Region>()
            .on("region-name", Region::regionName)
            .on("endpoint", Region::endpoint)
            .on("opt-in-status", Region::optInStatus);

    @Override
    public DescribeRegionsResponse call(DescribeRegionsRequest request, Call call) {
        String name = call.settings().region();
        request.regionNames().stream()
                .filter(asked -> !asked.equals(name))
                .findFirst()
                .ifPresent(unknown -> {
                    throw AwsException.invalidValue("Invalid region name: " + unknown);
                });
        Region region = Region.builder()
                .regionName(name)
                .endpoint(call.settings().endpoint().orElse(call.endpoint()))
                .optInStatus("opt-in-not-required")
                .build();
        List<Region> regions =
                Stream.of(region).filter(FILTERS.of(request.filters())).toList();
        return DescribeRegionsResponse.builder().regions(regions).build();
    }
}
