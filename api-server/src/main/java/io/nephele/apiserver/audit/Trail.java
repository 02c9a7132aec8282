package io.nephele.apiserver.audit;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** What becomes known of a request while it is carried out. Nothing of what was sent is kept but names: no secret, no token, no user data. */
public final class Trail {

    private final String requestId;
    private final @Nullable String sourceAddress;
    private final @Nullable String userAgent;
    private final ConcurrentLinkedQueue<String> targets = new ConcurrentLinkedQueue<>();
    private @Nullable String action;
    private @Nullable String accessKeyId;
    private @Nullable String user;
    private @Nullable String project;
    private @Nullable String account;
    private boolean dryRun;

    public Trail(String requestId, @Nullable String sourceAddress, @Nullable String userAgent) {
        this.requestId = requestId;
        this.sourceAddress = sourceAddress;
        this.userAgent = userAgent;
    }

    /** Of the request, which it also has in its answer. */
    public String requestId() {
        return requestId;
    }

    /** What is asked for: an action that AWS has. */
    public void asks(String action, boolean dryRun) {
        this.action = action;
        this.dryRun = dryRun;
    }

    /** The key that the request names, before it is believed. */
    public void claims(String accessKeyId) {
        this.accessKeyId = accessKeyId;
    }

    /** Who it is. */
    public void is(String user, @Nullable String project, @Nullable String account) {
        this.user = user;
        this.project = project;
        this.account = account;
    }

    /** An object was written. */
    public void wrote(HasMetadata object) {
        targets.add(object.getKind() + "/" + object.getMetadata().getName());
    }

    @Nullable String action() {
        return action;
    }

    @Nullable String accessKeyId() {
        return accessKeyId;
    }

    @Nullable String user() {
        return user;
    }

    @Nullable String project() {
        return project;
    }

    @Nullable String account() {
        return account;
    }

    @Nullable String sourceAddress() {
        return sourceAddress;
    }

    @Nullable String userAgent() {
        return userAgent;
    }

    boolean isDryRun() {
        return dryRun;
    }

    List<String> targets() {
        return List.copyOf(targets);
    }
}
