package io.nephele.sandbox.standin;

import java.io.InputStream;
import java.util.List;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;

/** What somebody asks of the stand-in. */
public record Request(org.eclipse.jetty.server.Request sent) {

    public String method() {
        return sent.getMethod();
    }

    /** Decoded, without the query. */
    public String path() {
        return org.eclipse.jetty.server.Request.getPathInContext(sent);
    }

    /** A parameter of the query, or null. */
    public @Nullable String parameter(String name) {
        return org.eclipse.jetty.server.Request.extractQueryParameters(sent).getValue(name);
    }

    /** The first header of that name, or null. */
    public @Nullable String header(String name) {
        return sent.getHeaders().get(name);
    }

    public List<String> headers(String name) {
        return sent.getHeaders().getValuesList(name);
    }

    public InputStream body() {
        return org.eclipse.jetty.server.Request.asInputStream(sent);
    }

    /** Whether a certificate of the sandbox's authority was shown: what the API server does, which says for whom it asks. */
    public boolean isAuthenticated() {
        return sent.getAttribute(EndPoint.SslSessionData.ATTRIBUTE) instanceof EndPoint.SslSessionData session
                && session.peerCertificates() != null
                && session.peerCertificates().length > 0;
    }
}
