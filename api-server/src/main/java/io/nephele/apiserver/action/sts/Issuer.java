package io.nephele.apiserver.action.sts;

import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.auth.MasterKeySource;
import io.nephele.apiserver.auth.Members;
import io.nephele.apiserver.auth.Session;
import io.nephele.apiserver.auth.SessionTokens;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.UniqueId;
import io.nephele.crds.accesskey.AccessKey;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sts.model.AssumedRoleUser;
import software.amazon.awssdk.services.sts.model.Credentials;

/** Makes temporary credentials. */
@Singleton
class Issuer {

    private final MasterKeySource masterKey;
    private final Clock clock = Clock.systemUTC();

    Issuer(MasterKeySource masterKey) {
        this.masterKey = masterKey;
    }

    /**
     * Those of a new session.
     *
     * @param accessKey UID of the key without which it is over
     */
    Credentials issue(
            Session.Kind kind, Members.Member member, String name, Duration life, @Nullable String accessKey) {
        Instant now = clock.instant();
        var session = new Session(
                kind,
                member.membership().getSpec().user(),
                member.project().getMetadata().getName(),
                member.project().accountId(),
                name,
                now.getEpochSecond(),
                now.plus(life).getEpochSecond(),
                member.membership().getMetadata().getUid(),
                accessKey,
                UUID.randomUUID().toString());
        SessionTokens.Credentials sealed = masterKey.with(key -> SessionTokens.seal(key, session));
        return Credentials.builder()
                .accessKeyId(sealed.accessKeyId())
                .secretAccessKey(sealed.secretAccessKey())
                .sessionToken(sealed.token())
                .expiration(session.expiry())
                .build();
    }

    /** The access key that a caller's power comes from in the end: whatever is issued to him ends with it. */
    static @Nullable String source(Call call) {
        Session session = call.caller().session();
        if (session != null) {
            return session.accessKey();
        }
        AccessKey key = call.cluster().accessKey(call.caller().accessKeyId());
        if (key == null) {
            throw AwsException.of(403, "AccessDenied", "The access key was deleted in the meantime");
        }
        return key.getMetadata().getUid();
    }

    /** As AWS names who has assumed a role. */
    static AssumedRoleUser user(Members.Member member, String name) {
        String account = member.project().accountId();
        return AssumedRoleUser.builder()
                .arn("arn:aws:sts::%s:assumed-role/%s/%s"
                        .formatted(account, member.project().getMetadata().getName(), name))
                .assumedRoleId(UniqueId.ROLE.derive("role", account) + ":" + name)
                .build();
    }
}
