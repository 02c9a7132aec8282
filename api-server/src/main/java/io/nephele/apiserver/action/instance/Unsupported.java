package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.protocol.AwsException;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/** What an order can ask for at AWS and cannot here: it is refused, rather than ignored, if it would be another machine without it. */
final class Unsupported {

    private Unsupported() {}

    static void check(RunInstancesRequest request, Call call) {
        if (request.imageId() == null || request.imageId().isEmpty()) {
            throw AwsException.missing("ImageId");
        }
        if (request.launchTemplate() != null) {
            throw AwsException.unsupported("There are no launch templates in this cloud.");
        }
        if (request.instanceMarketOptions() != null) {
            throw AwsException.unsupported("There is no spot market in this cloud.");
        }
        if (request.subnetId() != null
                || !request.securityGroupIds().isEmpty()
                || !request.securityGroups().isEmpty()) {
            throw AwsException.unsupported(
                    "There are no subnets and no security groups in this cloud yet: order without them.");
        }
        if (!request.networkInterfaces().isEmpty() || request.privateIpAddress() != null) {
            throw AwsException.unsupported(
                    "Network interfaces cannot be chosen in this cloud yet: order without them.");
        }
        if (request.hibernationOptions() != null
                && Boolean.TRUE.equals(request.hibernationOptions().configured())) {
            throw AwsException.unsupported("Instances of this cloud cannot hibernate.");
        }
        if (request.iamInstanceProfile() != null) {
            throw AwsException.unsupported("There are no instance profiles in this cloud.");
        }
        String zone = request.placement() == null ? null : request.placement().availabilityZone();
        if (zone != null
                && !zone.isEmpty()
                && call.settings().zones().stream().map(call::zone).noneMatch(zone::equals)) {
            throw AwsException.invalidValue("Invalid availability zone: [" + zone + "]");
        }
    }
}
