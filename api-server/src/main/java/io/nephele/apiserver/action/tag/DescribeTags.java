package io.nephele.apiserver.action.tag;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Filters;
import io.nephele.apiserver.action.Page;
import jakarta.inject.Singleton;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.DescribeTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeTagsResponse;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagDescription;

@Singleton
class DescribeTags implements Action<DescribeTagsRequest, DescribeTagsResponse> {

    private static final Filters<TagDescription> FILTERS = new Filters<TagDescription>()
            .on("key", TagDescription::key)
            .on("value", TagDescription::value)
            .on("resource-id", TagDescription::resourceId)
            .on("resource-type", TagDescription::resourceTypeAsString)
            .onTags(tag ->
                    List.of(Tag.builder().key(tag.key()).value(tag.value()).build()));

    @Override
    public DescribeTagsResponse call(DescribeTagsRequest request, Call call) {
        var page = Page.of(
                Tagged.all(call)
                        .flatMap(resource -> resource.tags().entrySet().stream()
                                .map(tag -> TagDescription.builder()
                                        .resourceId(resource.id())
                                        .resourceType(resource.type())
                                        .key(tag.getKey())
                                        .value(tag.getValue())
                                        .build()))
                        .filter(FILTERS.of(request.filters())),
                tag -> tag.resourceId() + " " + tag.key(),
                new Page.Bounds(request.maxResults(), request.nextToken(), 5, 1000));
        return DescribeTagsResponse.builder()
                .tags(page.items())
                .nextToken(page.nextToken())
                .build();
    }
}
