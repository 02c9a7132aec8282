package io.nephele.apiserver.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nephele.apiserver.protocol.AwsException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** The signer of the AWS SDK says what a good signature is. */
class SignatureTest {

    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final AwsCredentialsIdentity KEY = AwsCredentialsIdentity.create("AKIDEXAMPLE", SECRET);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Action=DescribeInstances&Version=2016-11-15",
                "Action=A&Filter.1.Value.1=a%20b&Filter.1.Name=tag%3Ax%2By",
                "Action=A&Empty=&Flag&Empty2=",
                "b=2&a=2&a=1&a-b=3&a.b=4&a_b=5",
                "X=%E4%B8%AD%F0%9F%98%80&Y=%7E%2A%27%28%29%21&Z=%2F%3F%23",
                "Twice=%2520&Percent=%25"
            })
    void aRequestIsBelievedWhateverIsInItsQuery(String query) {
        verify(signed("GET", query, "", false), NOW);
        verify(signed("GET", query, "", true), NOW);
        verify(signed("POST", query, "Action=DescribeInstances&x=%20", false), NOW);
    }

    @Test
    void parametersAreInTheOrderOfTheirNamesAndNotOfTheirText() {
        String query = IntStream.rangeClosed(1, 12)
                .mapToObj(i -> "InstanceId." + i + "=i-" + i)
                .collect(Collectors.joining("&", "Action=DescribeInstances&", "&InstanceId=x"));
        verify(signed("GET", query, "", true), NOW);
    }

    @Test
    void aPlusSignInAQueryIsTheBlankThatItIsReadAs() {
        HttpCall signed = signed("GET", "Action=A&Value=a%20b", "", true);
        verify(with(signed, signed.query().replace("a%20b", "a+b"), signed.body()), NOW);
        HttpCall plus = signed("GET", "Action=A&Value=a%2Bb", "", true);
        assertRefused(with(plus, plus.query().replace("a%2Bb", "a+b"), plus.body()), NOW, "AuthFailure");
    }

    @Test
    void whatWasChangedOnTheWayIsRefused() {
        HttpCall signed = signed("POST", "a=1", "Action=DescribeInstances", false);
        assertRefused(with(signed, "a=2", signed.body()), NOW, "AuthFailure");
        assertRefused(with(signed, null, signed.body()), NOW, "AuthFailure");
        assertRefused(
                with(signed, "a=1", "Action=TerminateInstances".getBytes(StandardCharsets.UTF_8)), NOW, "AuthFailure");
        Map<String, List<String>> headers = new TreeMap<>(signed.headers());
        headers.put("host", List.of("127.0.0.1:81"));
        assertRefused(
                new HttpCall(signed.method(), signed.path(), signed.query(), headers, signed.body()),
                NOW,
                "AuthFailure");
        assertRefused(
                new HttpCall("GET", signed.path(), signed.query(), signed.headers(), signed.body()),
                NOW,
                "AuthFailure");
    }

    @ParameterizedTest
    @CsvSource({
        "false, PT14M, ''",
        "false, PT16M, RequestExpired",
        "false, PT-14M, ''",
        "false, PT-16M, RequestExpired",
        "true, PT59M, ''",
        "true, PT61M, RequestExpired",
        "true, PT-16M, RequestExpired"
    })
    void aHeaderIsGoodForAQuarterOfAnHourAndAQueryForAsLongAsItSays(boolean presigned, Duration age, String code) {
        HttpCall signed = signed("GET", "Action=DescribeInstances", "", presigned);
        if (code.isEmpty()) {
            verify(signed, NOW.plus(age));
        } else {
            assertRefused(signed, NOW.plus(age), code);
        }
    }

    @Test
    void otherServicesNameTheCause() {
        HttpCall signed = signed("POST", "", "Action=GetCallerIdentity", false, "sts", KEY);
        verify(signed, NOW);
        assertRefused(with(signed, null, new byte[0]), NOW, "SignatureDoesNotMatch");
        assertRefused(signed, NOW.plus(Duration.ofHours(1)), "SignatureDoesNotMatch");
        assertThat(Signature.claimedService(signed)).isEqualTo("sts");
        assertThat(Signature.claimedService(signed("GET", "", "", true, "iam", KEY)))
                .isEqualTo("iam");
    }

    @Test
    void aSessionTokenIsFoundInEitherPlaceAndCoveredByTheSignature() {
        var session = AwsSessionCredentialsIdentity.create("AKIDEXAMPLE", SECRET, "token/+=");
        HttpCall header = signed("POST", "", "Action=A", false, "ec2", session);
        HttpCall query = signed("GET", "Action=A", "", true, "ec2", session);
        assertThat(Signature.parse(header).token()).isEqualTo("token/+=");
        assertThat(Signature.parse(query).token()).isEqualTo("token/+=");
        verify(header, NOW);
        verify(query, NOW);
    }

    @Test
    void theDateOfHttpStandsInForTheDateOfAws() {
        HttpCall call = new HttpCall(
                "GET",
                "/",
                null,
                Map.of(
                        "host", List.of("127.0.0.1"),
                        "date", List.of("Sun, 01 Mar 2026 12:00:00 GMT"),
                        "authorization",
                                List.of(
                                        "AWS4-HMAC-SHA256 Credential=A/20260301/r/ec2/aws4_request,SignedHeaders=date;host,Signature=0")),
                new byte[0]);
        assertThat(Signature.parse(call).timestamp()).isEqualTo("20260301T120000Z");
    }

    private static HttpCall with(HttpCall call, String query, byte[] body) {
        return new HttpCall(call.method(), call.path(), query, call.headers(), body);
    }

    private static void verify(HttpCall call, Instant now) {
        Signature.parse(call).verify(call, SECRET, now);
    }

    private static void assertRefused(HttpCall call, Instant now, String code) {
        assertThatThrownBy(() -> verify(call, now))
                .isInstanceOfSatisfying(
                        AwsException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static HttpCall signed(String method, String query, String body, boolean presigned) {
        return signed(method, query, body, presigned, "ec2", KEY);
    }

    private static HttpCall signed(
            String method, String query, String body, boolean presigned, String service, AwsCredentialsIdentity key) {
        URI uri = URI.create("http://127.0.0.1:8773/" + (query.isEmpty() ? "" : "?" + query));
        SdkHttpRequest plain = SdkHttpRequest.builder()
                .method(SdkHttpMethod.fromValue(method))
                .uri(uri)
                .putHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
                .putHeader("X-Blanks", "  a   b\t c ")
                .build();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        SdkHttpRequest signed = AwsV4HttpSigner.create()
                .sign(r -> {
                    r.identity(key)
                            .request(plain)
                            .payload(ContentStreamProvider.fromByteArray(bytes))
                            .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(NOW, ZoneOffset.UTC))
                            .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, service)
                            .putProperty(AwsV4HttpSigner.REGION_NAME, "nephele-1");
                    if (presigned) {
                        r.putProperty(
                                        AwsV4FamilyHttpSigner.AUTH_LOCATION,
                                        AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
                                .putProperty(AwsV4FamilyHttpSigner.EXPIRATION_DURATION, Duration.ofHours(1));
                    }
                })
                .request();
        Map<String, List<String>> headers = new TreeMap<>();
        signed.forEachHeader((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
        String wire = signed.getUri().getRawQuery();
        return new HttpCall(method, signed.encodedPath(), wire, headers, bytes);
    }
}
