package io.nephele.apiserver.action.tag;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Json;
import io.nephele.apiserver.protocol.AwsException;
import jakarta.inject.Singleton;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.DeleteTagsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteTagsResponse;
import software.amazon.awssdk.services.ec2.model.Tag;

/** Without tags all go; a tag with a value goes only if it has that value. */
@Singleton
class DeleteTags implements Action<DeleteTagsRequest, DeleteTagsResponse> {

    @Override
    public DeleteTagsResponse call(DeleteTagsRequest request, Call call) {
        if (request.resources().isEmpty()) {
            throw AwsException.missing("ResourceId");
        }
        List<Tagged> resources = Tagged.require(call, request.resources());
        boolean reserved = request.tags().stream()
                .anyMatch(tag -> tag.key() != null && tag.key().startsWith("aws:"));
        if (reserved) {
            throw AwsException.invalidValue("Tag keys starting with 'aws:' are reserved for internal use");
        }
        for (Tagged resource : resources) {
            List<String> keys = resource.tags().keySet().stream()
                    .filter(key -> goes(key, resource, request.tags()))
                    .toList();
            if (!keys.isEmpty()) {
                call.asUser()
                        .patch(resource.object(), Json.spec(spec -> keys.forEach(spec.putObject("tags")::putNull)));
            }
        }
        return DeleteTagsResponse.builder().build();
    }

    private static boolean goes(String key, Tagged resource, List<Tag> tags) {
        return tags.isEmpty()
                || tags.stream()
                        .anyMatch(tag -> key.equals(tag.key())
                                && (tag.value() == null
                                        || tag.value().equals(resource.tags().get(key))));
    }
}
