package io.nephele.sandbox.launcher;

import io.nephele.sandbox.controlplane.Pki;
import java.io.IOException;
import java.net.CookieHandler;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/** Clients for servers of the sandbox. */
final class Https {

    private Https() {}

    /**
     * A client that trusts the sandbox's authority and no other.
     *
     * @param cookies may be null
     */
    static HttpClient trusting(Pki pki, @Nullable CookieHandler cookies) throws IOException {
        try {
            var client = HttpClient.newBuilder().sslContext(pki.clientContext());
            return (cookies == null ? client : client.cookieHandler(cookies)).build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
