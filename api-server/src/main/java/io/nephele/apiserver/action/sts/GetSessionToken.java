package io.nephele.apiserver.action.sts;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.auth.Caller;
import io.nephele.apiserver.auth.Members;
import io.nephele.apiserver.auth.Session;
import io.nephele.apiserver.protocol.AwsException;
import jakarta.inject.Singleton;
import java.time.Duration;
import software.amazon.awssdk.services.sts.model.GetSessionTokenRequest;
import software.amazon.awssdk.services.sts.model.GetSessionTokenResponse;

/** Temporary credentials of the user himself, which end with his key. */
@Singleton
class GetSessionToken implements Action<GetSessionTokenRequest, GetSessionTokenResponse> {

    private final Members members;
    private final Issuer issuer;

    GetSessionToken(Members members, Issuer issuer) {
        this.members = members;
        this.issuer = issuer;
    }

    @Override
    public GetSessionTokenResponse call(GetSessionTokenRequest request, Call call) {
        Caller caller = call.caller();
        Duration life = Constraints.duration(request.durationSeconds(), 900, 129600, 43200);
        Constraints.refuse(request.serialNumber() != null || request.tokenCode() != null, "MFA devices");
        Members.Member member = caller.session() != null ? null : members.find(caller.project(), caller.user());
        if (member == null) {
            throw AwsException.of(403, "AccessDenied", "Cannot call GetSessionToken with session credentials");
        }
        return GetSessionTokenResponse.builder()
                .credentials(issuer.issue(Session.Kind.USER, member, caller.user(), life, Issuer.source(call)))
                .build();
    }
}
