package io.nephele.apiserver.auth;

/**
 * Who asks.
 *
 * @param user as the identity provider names him
 * @param project the project of his key, which is also its namespace
 * @param accountId of the project
 */
public record Caller(String user, String project, String accountId, String accessKeyId) {}
