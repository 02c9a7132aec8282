package io.nephele.operator.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

class IssuedTest {

    private static final Duration LIFE = Duration.ofDays(90);
    private static final List<String> NAMES = List.of("nephele-operator.nephele-system.svc", "127.0.0.1");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void aCertificateIsForItsNamesAndSignedByItsAuthority() throws Exception {
        Issued issued = Issued.fresh(NAMES, LIFE, NOW);
        X509Certificate certificate = one(issued.certificate());
        certificate.verify(one(issued.trusted()).getPublicKey());
        assertThat(certificate.getSubjectAlternativeNames())
                .extracting(name -> (Object) name.get(1))
                .containsExactly(NAMES.toArray());
    }

    @Test
    void twoThirdsOfItsLifeItIsKeptAndThenRenewedByTheSameAuthority() throws Exception {
        Issued issued = Issued.fresh(NAMES, LIFE, NOW);
        assertThat(Issued.isDue(issued.certificate(), NOW.plus(Duration.ofDays(59))))
                .isFalse();
        Instant due = NOW.plus(Duration.ofDays(61));
        assertThat(Issued.isDue(issued.certificate(), due)).isTrue();

        Issued renewed = issued.renewed(NAMES, LIFE, due);
        assertThat(renewed.trusted()).isEqualTo(issued.trusted());
        one(renewed.certificate()).verify(one(issued.trusted()).getPublicKey());
        assertThat(Issued.isDue(renewed.certificate(), due)).isFalse();
    }

    @Test
    void anAuthorityThatIsReplacedStaysTrusted() throws Exception {
        Issued issued = Issued.fresh(NAMES, LIFE, NOW);
        Issued renewed = issued.renewed(NAMES, LIFE, NOW.plus(LIFE.multipliedBy(19)));
        Collection<X509Certificate> trusted = all(renewed.trusted());
        assertThat(trusted).hasSize(2).contains(one(issued.authority()), one(renewed.authority()));
        one(renewed.certificate()).verify(one(renewed.authority()).getPublicKey());
    }

    private static X509Certificate one(String pem) throws Exception {
        return all(pem).iterator().next();
    }

    @SuppressWarnings("unchecked")
    private static Collection<X509Certificate> all(String pem) throws Exception {
        return (Collection<X509Certificate>) CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }
}
