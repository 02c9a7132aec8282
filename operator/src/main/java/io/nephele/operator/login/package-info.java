/**
 * Whoever logs in for the first time gets a project of his own. {@link io.nephele.operator.login.Realm} asks Keycloak who has logged in,
 * {@link io.nephele.operator.login.FirstLogins} sees to it that each of them has his project. Nothing is remembered: after a restart it looks back over the events that Keycloak keeps.
 */
package io.nephele.operator.login;
