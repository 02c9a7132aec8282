package io.nephele.apiserver.action.region;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.AccountAttribute;
import software.amazon.awssdk.services.ec2.model.AccountAttributeValue;
import software.amazon.awssdk.services.ec2.model.DescribeAccountAttributesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAccountAttributesResponse;

/** What old clients ask first: that there is no EC2-Classic here, and no default VPC. */
@Singleton
class DescribeAccountAttributes implements Action<DescribeAccountAttributesRequest, DescribeAccountAttributesResponse> {

    private static final Map<String, String> ATTRIBUTES = Map.of("supported-platforms", "VPC", "default-vpc", "none");

    @Override
    public DescribeAccountAttributesResponse call(DescribeAccountAttributesRequest request, Call call) {
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
