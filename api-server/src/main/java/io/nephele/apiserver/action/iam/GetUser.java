package io.nephele.apiserver.action.iam;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.auth.Caller;
import io.nephele.crds.project.ProjectMembership;
import jakarta.inject.Singleton;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.GetUserRequest;
import software.amazon.awssdk.services.iam.model.GetUserResponse;
import software.amazon.awssdk.services.iam.model.User;

/** The user who asks, also behind a role: a user there is in a project since he has a membership. */
@Singleton
class GetUser implements Action<GetUserRequest, GetUserResponse> {

    @Override
    public GetUserResponse call(GetUserRequest request, Call call) {
        OwnKeys.of(call, request.userName());
        Caller caller = call.caller();
        var user = new Caller(
                caller.user(), caller.project(), caller.accountId(), caller.accessKeyId(), caller.role(), null);
        return GetUserResponse.builder()
                .user(User.builder()
                        .path("/")
                        .userName(user.user())
                        .userId(user.userId())
                        .arn(user.arn())
                        .createDate(since(call.cluster().membership(caller.project(), caller.user())))
                        .build())
                .build();
    }

    private static @Nullable Instant since(@Nullable ProjectMembership membership) {
        return membership == null
                ? null
                : Instant.parse(membership.getMetadata().getCreationTimestamp());
    }
}
