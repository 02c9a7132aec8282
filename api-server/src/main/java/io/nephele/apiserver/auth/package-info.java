/** Who asks: signatures of AWS, verified against AccessKeys and session tokens; tokens of the identity provider; and who is a member. */
package io.nephele.apiserver.auth;
