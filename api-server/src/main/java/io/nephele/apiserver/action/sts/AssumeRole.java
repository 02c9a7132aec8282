package io.nephele.apiserver.action.sts;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.auth.Caller;
import io.nephele.apiserver.auth.Members;
import io.nephele.apiserver.auth.Session;
import io.nephele.apiserver.protocol.AwsException;
import jakarta.inject.Singleton;
import java.time.Duration;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;

/** From one of one's projects into another: the same user, for as long as he is a member there. */
@Singleton
class AssumeRole implements Action<AssumeRoleRequest, AssumeRoleResponse> {

    private static final int HOUR = 3600;

    private final Members members;
    private final Issuer issuer;

    AssumeRole(Members members, Issuer issuer) {
        this.members = members;
        this.issuer = issuer;
    }

    @Override
    public AssumeRoleResponse call(AssumeRoleRequest request, Call call) {
        RoleArn role = RoleArn.parse(request.roleArn());
        String name = Constraints.sessionName(request.roleSessionName());
        Duration life = Constraints.duration(request.durationSeconds(), 900, 43200, HOUR);
        Constraints.refuse(request.policy() != null || !request.policyArns().isEmpty(), "Session policies");
        Constraints.refuse(
                !request.tags().isEmpty() || !request.transitiveTagKeys().isEmpty(), "Session tags");
        Constraints.refuse(request.serialNumber() != null || request.tokenCode() != null, "MFA devices");
        Constraints.refuse(request.sourceIdentity() != null, "Source identities");
        Caller caller = call.caller();
        Session session = caller.session();
        if (session != null && session.kind() == Session.Kind.ROLE && life.toSeconds() > HOUR) {
            throw AwsException.of(
                    "ValidationError",
                    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
        }
        Members.Member member = role.member(members, caller.user());
        if (member == null) {
            throw AwsException.of(
                    403,
                    "AccessDenied",
                    "User: %s is not authorized to perform: sts:AssumeRole on resource: %s"
                            .formatted(caller.arn(), request.roleArn()));
        }
        return AssumeRoleResponse.builder()
                .credentials(issuer.issue(Session.Kind.ROLE, member, name, life, Issuer.source(call)))
                .assumedRoleUser(Issuer.user(member, name))
                .build();
    }
}
