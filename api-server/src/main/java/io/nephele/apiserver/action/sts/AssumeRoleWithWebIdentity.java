package io.nephele.apiserver.action.sts;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.auth.Members;
import io.nephele.apiserver.auth.Session;
import io.nephele.apiserver.auth.WebIdentity;
import io.nephele.apiserver.protocol.AwsException;
import jakarta.inject.Singleton;
import java.time.Duration;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityResponse;

/** A token of the identity provider for credentials of a project. The token is the proof: the request is not signed. */
@Singleton
class AssumeRoleWithWebIdentity implements Action<AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse> {

    private final WebIdentity identities;
    private final Members members;
    private final Issuer issuer;

    AssumeRoleWithWebIdentity(WebIdentity identities, Members members, Issuer issuer) {
        this.identities = identities;
        this.members = members;
        this.issuer = issuer;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public AssumeRoleWithWebIdentityResponse call(AssumeRoleWithWebIdentityRequest request, Call call) {
        RoleArn role = RoleArn.parse(request.roleArn());
        String name = Constraints.sessionName(request.roleSessionName());
        String token = Constraints.required(request.webIdentityToken(), "webIdentityToken");
        Duration life = Constraints.duration(request.durationSeconds(), 900, 43200, 3600);
        Constraints.refuse(request.policy() != null || !request.policyArns().isEmpty(), "Session policies");
        Constraints.refuse(request.providerId() != null, "Providers of OAuth 2.0 tokens");

        WebIdentity.Identity identity = identities.verify(token);
        call.trail().is(identity.user(), null, null);
        Members.Member member = role.member(members, identity.user());
        if (member == null) {
            throw AwsException.of(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
        }
        call.trail().is(identity.user(), role.project(), role.account());
        return AssumeRoleWithWebIdentityResponse.builder()
                .credentials(issuer.issue(Session.Kind.ROLE, member, name, life, null))
                .assumedRoleUser(Issuer.user(member, name))
                .subjectFromWebIdentityToken(identity.subject())
                .provider(identity.issuer())
                .audience(identity.audience())
                .build();
    }
}
