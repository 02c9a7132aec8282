package io.nephele.apiserver.action.region;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.protocol.AwsException;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.services.ec2.model.AccountAttribute;
import software.amazon.awssdk.services.ec2.model.AccountAttributeValue;
import software.amazon.awssdk.services.ec2.model.DescribeAccountAttributesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAccountAttributesResponse;

/** What old clients ask first: that there is no EC2-Classic here, no default VPC, and what there is none of yet. */
@Singleton
class DescribeAccountAttributes implements Action<DescribeAccountAttributesRequest, DescribeAccountAttributesResponse> {

    private static final Map<String, String> ATTRIBUTES = new TreeMap<>(Map.of(
            "supported-platforms", "VPC",
            "default-vpc", "none",
            "max-instances", "10000",
            "vpc-max-security-groups-per-interface", "0",
            "max-elastic-ips", "0",
            "vpc-max-elastic-ips", "0"));

    @Override
    public DescribeAccountAttributesResponse call(DescribeAccountAttributesRequest request, Call call) {
        request.attributeNamesAsStrings().stream()
                .filter(name -> !ATTRIBUTES.containsKey(name))
                .findFirst()
                .ifPresent(name -> {
                    throw AwsException.invalidValue(
                            "Value (" + name + ") for parameter attribute is invalid. Unknown attribute.");
                });
        List<AccountAttribute> attributes = ATTRIBUTES.entrySet().stream()
                .filter(attribute -> request.attributeNames().isEmpty()
                        || request.attributeNamesAsStrings().contains(attribute.getKey()))
                .map(attribute -> AccountAttribute.builder()
                        .attributeName(attribute.getKey())
                        .attributeValues(AccountAttributeValue.builder()
                                .attributeValue(attribute.getValue())
                                .build())
                        .build())
                .toList();
        return DescribeAccountAttributesResponse.builder()
                .accountAttributes(attributes)
                .build();
    }
}
