package io.nephele.apiserver.auth;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.jose4j.http.Get;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.keys.resolvers.HttpsJwksVerificationKeyResolver;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;
import org.jspecify.annotations.Nullable;

/**
 * The keys that an issuer signs with, found where its configuration document says. They are kept, and asked for anew when a token names another one: but strangers can name what they like,
 * so not more often than every few seconds.
 */
final class IssuerKeys implements VerificationKeyResolver {

    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration KEPT = Duration.ofHours(1);
    private static final int TIMEOUT_MILLIS = 3000;
    private static final int MAX_BODY = 1 << 20;

    private final String issuer;
    private final Get get;
    private @Nullable VerificationKeyResolver keys;
    private @Nullable Long failed;

    /**
     * Of an issuer.
     *
     * @param caFile PEM certificates to trust instead of the system's
     */
    IssuerKeys(String issuer, @Nullable Path caFile) {
        if (!issuer.startsWith("https://")) {
            throw new IllegalStateException("nephele.identity.issuer must be an https URL, and is " + issuer);
        }
        this.issuer = issuer;
        this.get = new Get();
        get.setConnectTimeout(TIMEOUT_MILLIS);
        get.setReadTimeout(TIMEOUT_MILLIS);
        get.setRetries(0);
        get.setResponseBodySizeLimit(MAX_BODY);
        if (caFile != null) {
            get.setTrustedCertificates(certificates(caFile));
        }
    }

    @Override
    public Key resolveKey(JsonWebSignature jws, List<JsonWebStructure> nesting) throws UnresolvableKeyException {
        if (jws.getKeyIdHeaderValue() == null) {
            throw new UnresolvableKeyException("The token does not say with which key it is signed");
        }
        return keys().resolveKey(jws, nesting);
    }

    private synchronized VerificationKeyResolver keys() throws UnresolvableKeyException {
        if (keys == null) {
            if (failed != null && System.nanoTime() - failed < PAUSE.toNanos()) {
                throw unreachable(new IOException("Not asked again so soon"));
            }
            try {
                var jwks = new HttpsJwks(jwksUri());
                jwks.setSimpleHttpGet(get);
                jwks.setRefreshReprieveThreshold(PAUSE.toMillis());
                jwks.setRetainCacheOnErrorDuration(KEPT.toSeconds());
                jwks.setDefaultCacheDuration(KEPT.toSeconds());
                jwks.getJsonWebKeys();
                keys = new HttpsJwksVerificationKeyResolver(jwks);
            } catch (IOException e) {
                failed = System.nanoTime();
                throw unreachable(e);
            } catch (JoseException e) {
                failed = System.nanoTime();
                throw unreachable(new IOException(e));
            }
        }
        return keys;
    }

    private String jwksUri() throws IOException, JoseException {
        String url = (issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer)
                + "/.well-known/openid-configuration";
        var document = JsonUtil.parseJson(get.get(url).getBody());
        if (!issuer.equals(document.get("issuer"))
                || !(document.get("jwks_uri") instanceof String uri)
                || !uri.startsWith("https://")) {
            throw new IOException("The document at " + url + " is not that of the issuer");
        }
        return uri;
    }

    private static UnresolvableKeyException unreachable(IOException cause) {
        return new UnresolvableKeyException("The keys of the issuer cannot be had", cause);
    }

    private static X509Certificate[] certificates(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toArray(X509Certificate[]::new);
        } catch (IOException | CertificateException e) {
            throw new IllegalStateException("nephele.identity.ca-file: " + file + " holds no certificates", e);
        }
    }
}
