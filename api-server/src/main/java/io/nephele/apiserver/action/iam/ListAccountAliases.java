package io.nephele.apiserver.action.iam;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesRequest;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesResponse;

/** The name of the project, which is to people what the account's number is to machines. */
@Singleton
class ListAccountAliases implements Action<ListAccountAliasesRequest, ListAccountAliasesResponse> {

    @Override
    public ListAccountAliasesResponse call(ListAccountAliasesRequest request, Call call) {
        OwnKeys.checkSession(call);
        return ListAccountAliasesResponse.builder()
                .accountAliases(call.project())
                .isTruncated(false)
                .build();
    }
}
