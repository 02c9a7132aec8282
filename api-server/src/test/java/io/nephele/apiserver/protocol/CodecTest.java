package io.nephele.apiserver.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.client.builder.SdkSyncClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;
import software.amazon.awssdk.services.sts.model.StsException;

/** The clients of the AWS SDK say what is right: they write the requests that are read here, and read the answers that are written here. */
class CodecTest {

    private static final long SEED = 42;

    /** The SDK changes these itself before it sends them: it signs a URL into the one, and cuts milliseconds off the others. */
    private static final Set<String> REWRITTEN_BY_THE_SDK =
            Set.of("copySnapshot", "describeSpotFleetRequestHistory", "requestSpotFleet");

    /** Every action of EC2 that the SDK knows, in this cloud or not: there is one codec for all. */
    static Stream<Method> actions() {
        return actions(Ec2Client.class);
    }

    static Stream<Method> actionsOfIam() {
        return actions(IamClient.class);
    }

    static Stream<Method> actionsOfSts() {
        return actions(StsClient.class);
    }

    private static Stream<Method> actions(Class<?> client) {
        return Stream.of(client.getMethods())
                .filter(method -> method.getParameterCount() == 1
                        && method.getParameterTypes()[0].getSimpleName().endsWith("Request")
                        && method.getReturnType().getSimpleName().endsWith("Response")
                        && !REWRITTEN_BY_THE_SDK.contains(method.getName()))
                .sorted((a, b) -> a.getName().compareTo(b.getName()));
    }

    @ParameterizedTest
    @MethodSource("actions")
    void whatTheSdkSendsAndReadsIsWhatIsReadAndWrittenHere(Method action) throws Exception {
        check(action, Dialect.EC2, CodecTest::ec2);
    }

    @ParameterizedTest
    @MethodSource("actionsOfIam")
    void whatTheSdkSendsToIamAndReadsIsWhatIsReadAndWrittenHere(Method action) throws Exception {
        check(action, Dialect.IAM, wire -> client(IamClient.builder(), wire));
    }

    @ParameterizedTest
    @MethodSource("actionsOfSts")
    void whatTheSdkSendsToStsAndReadsIsWhatIsReadAndWrittenHere(Method action) throws Exception {
        check(action, Dialect.STS, CodecTest::sts);
    }

    private static void check(Method action, Dialect dialect, Function<SdkClient, ? extends AutoCloseable> sdk)
            throws Exception {
        var request = new Samples(SEED).filled(builder(action.getParameterTypes()[0]));
        var response = new Samples(SEED).filled(builder(action.getReturnType()));
        String name = action.getParameterTypes()[0].getSimpleName().replaceFirst("Request$", "");
        var wire = new SdkClient(_ ->
                new SdkClient.Reply(200, Codec.response(dialect, name, dialect.version(), response, "id-of-request")));
        try (AutoCloseable client = sdk.apply(wire)) {
            var read = (SdkPojo) action.invoke(client, request);

            var parameters = new Parameters(null, wire.sent());
            assertThat(parameters.get("Action")).isEqualToIgnoringCase(name);
            assertThat(Codec.request(parameters, builder(action.getParameterTypes()[0])))
                    .isEqualTo(request);
            assertThat(read.equalsBySdkFields(response))
                    .as("%s is read as %s", response, read)
                    .isTrue();
        }
    }

    @Test
    void stsReadsItsOwnForm() {
        var response = GetCallerIdentityResponse.builder()
                .account("1")
                .arn("a&b")
                .userId("u")
                .build();
        var wire = new SdkClient(_ -> new SdkClient.Reply(
                200, Codec.response(Dialect.STS, "GetCallerIdentity", "2011-06-15", response, "id")));
        try (StsClient sts = sts(wire)) {
            assertThat(sts.getCallerIdentity().equalsBySdkFields(response)).isTrue();
            assertThat(Codec.request(
                            new Parameters(null, wire.sent()), GetCallerIdentityRequest.builder().build().toBuilder()))
                    .isEqualTo(GetCallerIdentityRequest.builder().build());
        }
    }

    @Test
    void clientsReadErrorsWithTheirCodeMessageAndRequestId() {
        var refusal = AwsException.of(403, "UnauthorizedOperation", "no <b> & \u0001\ud800");
        try (Ec2Client client =
                ec2(new SdkClient(_ -> new SdkClient.Reply(403, Codec.error(Dialect.EC2, refusal, "id-of-request"))))) {
            assertThatThrownBy(client::describeInstances).isInstanceOfSatisfying(Ec2Exception.class, e -> {
                assertThat(e.awsErrorDetails().errorCode()).isEqualTo("UnauthorizedOperation");
                assertThat(e.awsErrorDetails().errorMessage()).isEqualTo("no <b> & \ufffd\ufffd");
                assertThat(e.requestId()).isEqualTo("id-of-request");
            });
        }
        try (StsClient sts =
                sts(new SdkClient(_ -> new SdkClient.Reply(403, Codec.error(Dialect.STS, refusal, "id-of-request"))))) {
            assertThatThrownBy(sts::getCallerIdentity).isInstanceOfSatisfying(StsException.class, e -> {
                assertThat(e.awsErrorDetails().errorCode()).isEqualTo("UnauthorizedOperation");
                assertThat(e.requestId()).isEqualTo("id-of-request");
            });
        }
    }

    @Test
    void anAnswerIsInTheNamespaceOfTheVersionThatWasAskedFor() {
        assertThat(Codec.response(
                        Dialect.EC2,
                        "DescribeInstances",
                        "2013-10-15",
                        DescribeInstancesResponse.builder().build(),
                        "id"))
                .contains("xmlns=\"http://ec2.amazonaws.com/doc/2013-10-15/\"");
    }

    @Test
    void anEmptyListThatWasSetIsAnEmptyElementAndOneThatWasNotIsNone() {
        assertThat(xml(DescribeInstancesResponse.builder()
                        .reservations(List.of())
                        .build()))
                .contains("<reservationSet/>")
                .doesNotContain("nextToken");
        assertThat(xml(DescribeInstancesResponse.builder().build())).doesNotContain("reservationSet");
    }

    @Test
    void whatXmlCannotHoldIsReplacedAndTheRestComesBackAsItWas() {
        String text = "\u0000\u0001\t\n\r\u007f<>&\"' ]]> \ud83d\ude00 \ud83d \ude00 \ufffe\uffff";
        var response = DescribeInstancesResponse.builder().nextToken(text).build();
        try (Ec2Client client = ec2(new SdkClient(_ -> new SdkClient.Reply(200, xml(response))))) {
            assertThat(client.describeInstances().nextToken())
                    .isEqualTo("\ufffd\ufffd\t\n\r\u007f<>&\"' ]]> \ud83d\ude00 \ufffd \ufffd \ufffd\ufffd");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Nonsense=1",
                "Filter.1.Nome=a",
                "InstanceId.x=i-1",
                "InstanceId.1.x.y=1",
                ".=1",
                "MaxResults.=5",
                "InstanceId.1=i-1&InstanceId=i-2",
                "InstanceId.-1=i-1",
                "InstanceId.99999999999999=i-1"
            })
    void aParameterThatNoMemberTakesIsRefused(String form) {
        assertRefused(form);
    }

    @Test
    void aParameterThatIsNestedWithoutEndIsRefusedBeforeItIsFollowed() {
        assertRefused(
                String.join(".", IntStream.range(0, 200_000).mapToObj(_ -> "a").toList()) + "=1");
    }

    private static void assertRefused(String form) {
        assertThatThrownBy(() -> Codec.request(
                        new Parameters(null, form), DescribeInstancesRequest.builder().build().toBuilder()))
                .isInstanceOfSatisfying(
                        AwsException.class,
                        e -> assertThat(e.code()).isIn("UnknownParameter", "InvalidParameterValue"));
    }

    private static String xml(DescribeInstancesResponse response) {
        return Codec.response(Dialect.EC2, "DescribeInstances", Dialect.EC2.version(), response, "id");
    }

    private static SdkPojo builder(Class<?> type)
            throws NoSuchMethodException, IllegalAccessException, InvocationTargetException {
        return (SdkPojo) type.getMethod("builder").invoke(null);
    }

    private static Ec2Client ec2(SdkClient wire) {
        return client(Ec2Client.builder(), wire);
    }

    private static StsClient sts(SdkClient wire) {
        return client(StsClient.builder(), wire);
    }

    private static <C, B extends AwsClientBuilder<B, C> & SdkSyncClientBuilder<B, C>> C client(
            B builder, SdkClient wire) {
        return builder.endpointOverride(URI.create("http://127.0.0.1"))
                .region(Region.of("nephele-1"))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")))
                .httpClient(wire)
                .build();
    }
}
