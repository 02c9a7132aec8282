package io.nephele.apiserver.action.iam;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Page;
import io.nephele.crds.accesskey.AccessKey;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.iam.model.AccessKeyMetadata;
import software.amazon.awssdk.services.iam.model.ListAccessKeysRequest;
import software.amazon.awssdk.services.iam.model.ListAccessKeysResponse;

@Singleton
class ListAccessKeys implements Action<ListAccessKeysRequest, ListAccessKeysResponse> {

    @Override
    public ListAccessKeysResponse call(ListAccessKeysRequest request, Call call) {
        OwnKeys keys = OwnKeys.of(call, request.userName());
        var page = Page.of(
                keys.all().stream(),
                key -> OwnKeys.created(key) + " " + key.accessKeyId(),
                new Page.Bounds(request.maxItems() == null ? 100 : request.maxItems(), request.marker(), 1, 1000));
        return ListAccessKeysResponse.builder()
                .accessKeyMetadata(
                        page.items().stream().map(key -> metadata(keys, key)).toList())
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    private static AccessKeyMetadata metadata(OwnKeys keys, AccessKey key) {
        return AccessKeyMetadata.builder()
                .userName(keys.user())
                .accessKeyId(key.accessKeyId())
                .status(OwnKeys.status(key))
                .createDate(OwnKeys.created(key))
                .build();
    }
}
