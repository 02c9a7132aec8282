package io.nephele.apiserver.action.tag;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Json;
import io.nephele.apiserver.action.Tagging;
import io.nephele.apiserver.protocol.AwsException;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.CreateTagsResponse;

@Singleton
class CreateTags implements Action<CreateTagsRequest, CreateTagsResponse> {

    @Override
    public CreateTagsResponse call(CreateTagsRequest request, Call call) {
        if (request.resources().isEmpty() || request.tags().isEmpty()) {
            throw AwsException.missing(request.resources().isEmpty() ? "ResourceId" : "Tag");
        }
        Map<String, String> tags = Tagging.check(Tagging.map(request.tags()));
        List<Tagged> resources = Tagged.require(call, request.resources());
        for (Tagged resource : resources) {
            var together = new TreeMap<>(resource.tags());
            together.putAll(tags);
            Tagging.check(together);
        }
        resources.forEach(resource ->
                call.asUser().patch(resource.object(), Json.spec(spec -> tags.forEach(spec.putObject("tags")::put))));
        return CreateTagsResponse.builder().build();
    }
}
