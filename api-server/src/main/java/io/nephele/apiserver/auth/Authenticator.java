package io.nephele.apiserver.auth;

import io.nephele.apiserver.kube.Cluster;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.accesskey.MasterKey;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds out who has signed a request. The secrets follow from the master key; whether they are still good is looked up each time. */
@Singleton
public class Authenticator {

    private final Cluster cluster;
    private final Members members;
    private final MasterKeySource masterKey;
    private final LastUsed lastUsed;
    private final Clock clock = Clock.systemUTC();

    public Authenticator(Cluster cluster, Members members, MasterKeySource masterKey, LastUsed lastUsed) {
        this.cluster = cluster;
        this.members = members;
        this.masterKey = masterKey;
        this.lastUsed = lastUsed;
    }

    /** The caller of a request whose signature is good. */
    public Caller authenticate(HttpCall call, Signature signature) {
        String token = signature.token();
        return token == null ? byKey(call, signature) : bySession(call, signature, token);
    }

    private Caller byKey(HttpCall call, Signature signature) {
        AccessKey key = cluster.accessKey(signature.accessKeyId());
        Instant now = clock.instant();
        Members.Member member = key == null || !isGood(key, now)
                ? null
                : members.find(key.getMetadata().getNamespace(), key.getSpec().user());
        if (key == null || member == null) {
            throw signature.refused(Refusal.UNKNOWN_KEY);
        }
        verify(
                call,
                signature,
                now,
                master -> master.secretAccessKey(key.getMetadata().getUid()));
        lastUsed.note(key, signature, now);
        return caller(member, signature, null);
    }

    private Caller bySession(HttpCall call, Signature signature, String token) {
        Instant now = clock.instant();
        SessionTokens.Opened opened = masterKey.check(key -> {
            SessionTokens.Opened sealed = SessionTokens.open(key, token);
            if (sealed == null || !sealed.credentials().accessKeyId().equals(signature.accessKeyId())) {
                throw signature.refused(Refusal.UNKNOWN_TOKEN);
            }
            return sealed;
        });
        Session session = opened.session();
        if (!now.isBefore(session.expiry())) {
            throw signature.refused(Refusal.EXPIRED_TOKEN);
        }
        Members.Member member = members.find(session.project(), session.user());
        if (member == null
                || !member.membership().getMetadata().getUid().equals(session.membership())
                || member.wasOutSince(session.issuedAt())
                || !member.project().accountId().equals(session.account())
                || !isSourceGood(session, now)) {
            throw signature.refused(Refusal.UNKNOWN_TOKEN);
        }
        signature.verify(call, opened.credentials().secretAccessKey(), now);
        return caller(member, signature, session);
    }

    private boolean isSourceGood(Session session, Instant now) {
        String uid = session.accessKey();
        AccessKey source = uid == null ? null : cluster.accessKeyByUid(uid);
        return uid == null || (source != null && isGood(source, now));
    }

    private static boolean isGood(AccessKey key, Instant now) {
        return key.getSpec().isActive()
                && !key.getSpec().isExpired(now)
                && key.getMetadata().getDeletionTimestamp() == null;
    }

    private void verify(HttpCall call, Signature signature, Instant now, Function<MasterKey, String> secret) {
        masterKey.check(key -> {
            signature.verify(call, secret.apply(key), now);
            return key;
        });
    }

    private static Caller caller(Members.Member member, Signature signature, @Nullable Session session) {
        return new Caller(
                member.membership().getSpec().user(),
                member.project().getMetadata().getName(),
                member.project().accountId(),
                signature.accessKeyId(),
                member.membership().getSpec().roleOrDefault(),
                session);
    }
}
