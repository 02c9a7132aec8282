package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;

/** What no client should send: each gets a code of AWS as XML, none a 5xx, none a page. */
@ExtendWith(SandboxExtension.class)
class MalformedRequestsTest {

    private static final Set<String> CLIENTS_OWN = Set.of("host", "content-length");

    private final HttpClient http = HttpClient.newHttpClient();
    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

    /** Parameters that are signed properly and wrong in themselves, with the code expected. */
    private static final String[][] PARAMETERS = {
        {"MissingAction", ""},
        {"InvalidAction", "Action=Nonsense"},
        {"InvalidAction", "Action=describeInstances"},
        {"InvalidAction", "Action=<script>alert(1)</script>"},
        {"InvalidAction", "Action=../../etc/passwd"},
        {"UnsupportedOperation", "Action=CreateVpc&CidrBlock=10.0.0.0/16"},
        {"UnsupportedOperation", "Action=DescribeSpotPriceHistory"},
        {"NoSuchVersion", "Action=DescribeRegions&Version=latest"},
        {"UnknownParameter", "Action=DescribeInstances&Nonsense=1"},
        {"UnknownParameter", "Action=DescribeInstances&InstanceId.x=i-1"},
        {"UnknownParameter", "Action=DescribeInstances&InstanceId.99999999=i-1"},
        {"UnknownParameter", "Action=DescribeInstances&Filter.1.Nome=a"},
        {"InvalidParameterValue", "Action=DescribeInstances&InstanceId=i-1"},
        {"InvalidInstanceID.Malformed", "Action=DescribeInstances&InstanceId.1=nonsense"},
        {"InvalidInstanceID.Malformed", "Action=DescribeInstances&InstanceId.1=i-XYZ"},
        {"InvalidInstanceID.Malformed", "Action=DescribeInstances&InstanceId.1=<b>%26amp;%00"},
        {"InvalidInstanceID.NotFound", "Action=DescribeInstances&InstanceId.1=i-00000000000000000"},
        {"InvalidParameterValue", "Action=DescribeInstances&MaxResults=4"},
        {"InvalidParameterValue", "Action=DescribeInstances&MaxResults=1001"},
        {"InvalidParameterValue", "Action=DescribeInstances&MaxResults=many"},
        {"InvalidParameterCombination", "Action=DescribeInstances&MaxResults=5&InstanceId.1=i-00000000000000000"},
        {"InvalidPaginationToken", "Action=DescribeInstances&MaxResults=5&NextToken=nonsense"},
        {"InvalidParameterValue", "Action=DescribeInstances&Filter.1.Name=nonsense&Filter.1.Value.1=a"},
        {"InvalidParameterValue", "Action=DescribeInstances&Filter.1.Name=instance-id"},
        {"MissingParameter", "Action=DescribeInstances&Filter.1.Value.1=a"},
        {"InvalidParameterValue", "Action=DescribeInstances&DryRun=perhaps"},
        {"DryRunOperation", "Action=DescribeInstances&DryRun=true"},
        {"MissingParameter", "Action=RunInstances"},
        {"MissingParameter", "Action=RunInstances&MinCount=1&MaxCount=1"},
        {"InvalidParameterValue", "Action=RunInstances&MinCount=0&MaxCount=0&ImageId=ami-00000000000000000"},
        {"InvalidParameterCombination", "Action=RunInstances&MinCount=2&MaxCount=1&ImageId=ami-00000000000000000"},
        {"InstanceLimitExceeded", "Action=RunInstances&MinCount=1&MaxCount=100000&ImageId=ami-00000000000000000"},
        {"InvalidAMIID.Malformed", "Action=RunInstances&MinCount=1&MaxCount=1&ImageId=debian"},
        {"InvalidAMIID.NotFound", "Action=RunInstances&MinCount=1&MaxCount=1&ImageId=ami-00000000000000000"},
        {
            "UnsupportedOperation",
            "Action=RunInstances&MinCount=1&MaxCount=1&ImageId=ami-00000000000000000&SubnetId=subnet-1"
        },
        {
            "InvalidParameterValue",
            "Action=RunInstances&MinCount=1&MaxCount=1&ImageId=ami-00000000000000000&Placement.AvailabilityZone=us-east-1a"
        },
        {"MissingParameter", "Action=StopInstances"},
        {"InvalidInstanceID.NotFound", "Action=StopInstances&InstanceId.1=i-00000000000000000"},
        {"UnsupportedHibernationConfiguration", "Action=StopInstances&InstanceId.1=i-00000000000000000&Hibernate=true"},
        {"InvalidInstanceID.NotFound", "Action=TerminateInstances&InstanceId.1=i-00000000000000000"},
        {"MissingParameter", "Action=DescribeInstanceAttribute&InstanceId=i-00000000000000000"},
        {"InvalidInstanceID.NotFound", "Action=ModifyInstanceAttribute&InstanceId=i-00000000000000000"},
        {"MissingParameter", "Action=GetConsoleOutput"},
        {"MissingParameter", "Action=GetConsoleScreenshot"},
        {"InvalidInstanceID.Malformed", "Action=GetConsoleScreenshot&InstanceId=x"},
        {"InvalidInstanceID.NotFound", "Action=GetConsoleScreenshot&InstanceId=i-00000000000000000"},
        {"InvalidInstanceType", "Action=DescribeInstanceTypes&InstanceType.1=z9.huge"},
        {"InvalidAMIName.Malformed", "Action=RegisterImage&Name=a%0Abc&ImageLocation=http://127.0.0.1/x"},
        {"InvalidKeyPair.NotFound", "Action=DescribeKeyPairs&KeyPairId.1=key-00000000000000000"},
        {"InvalidKey.Format", "Action=ImportKeyPair&KeyName=k&PublicKeyMaterial=null"},
        {"InvalidInstanceID.Malformed", "Action=StopInstances&InstanceId.1=i-00000000000000000&InstanceId.2=x"},
        {"InvalidParameterValue", "Action=CreateTags&ResourceId.1=vol-x&Tag.1.Key=a"},
        {"InvalidParameterValue", "Action=CreateTags&ResourceId.1=i-00000000000000000&Tag.1.Key=AWS:a"},
        {"InvalidParameterValue", "Action=CreateTags&ResourceId.1=i-00000000000000000&Tag.1.Key=a&Tag.2.Key=a"},
        {"DryRunOperation", "Action=DescribeInstances&DryRun=1"},
        {"UnknownParameter", "Action=DescribeInstances&a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z=1"},
        {"InvalidParameterValue", "Action=DescribeRegions&RegionName.1=mars-1"},
        {"InvalidParameterValue", "Action=DescribeAvailabilityZones&ZoneName.1=mars-1a"},
        {"InvalidAMIID.NotFound", "Action=DescribeImages&ImageId.1=ami-00000000000000000"},
        {"MissingParameter", "Action=RegisterImage&ImageLocation=http://127.0.0.1/x"},
        {"InvalidAMIName.Malformed", "Action=RegisterImage&Name=ab&ImageLocation=http://127.0.0.1/x"},
        {"InvalidParameterValue", "Action=RegisterImage&Name=image&ImageLocation=ftp://127.0.0.1/x"},
        {"MissingParameter", "Action=DeregisterImage"},
        {"MissingParameter", "Action=CreateKeyPair"},
        {"InvalidParameterValue", "Action=CreateKeyPair&KeyName=k&KeyType=dsa"},
        {"InvalidParameterValue", "Action=CreateKeyPair&KeyName=k&KeyFormat=der"},
        {"InvalidParameterValue", "Action=CreateKeyPair&KeyName=%01%02"},
        {
            "InvalidParameterValue",
            "Action=CreateKeyPair&KeyName=k&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=a"
        },
        {"MissingParameter", "Action=ImportKeyPair&KeyName=k"},
        {"InvalidParameterValue", "Action=ImportKeyPair&KeyName=k&PublicKeyMaterial=***"},
        {"InvalidKey.Format", "Action=ImportKeyPair&KeyName=k&PublicKeyMaterial=bm9uc2Vuc2U="},
        {"InvalidKeyPair.NotFound", "Action=DescribeKeyPairs&KeyName.1=nonsense"},
        {"MissingParameter", "Action=DeleteKeyPair"},
        {"MissingParameter", "Action=CreateTags"},
        {"InvalidID", "Action=CreateTags&ResourceId.1=nonsense&Tag.1.Key=a"},
        {"InvalidVolume.NotFound", "Action=DescribeVolumes&VolumeId.1=vol-00000000000000000"},
        {"InvalidParameterValue", "Action=DescribeVolumes&VolumeId.1=nonsense"},
        {"MalformedQueryString", "Action=DescribeRegions&x=%zz"},
    };

    @TestFactory
    Stream<DynamicTest> wrongParametersGetTheCodeOfAws(Sandbox sandbox) {
        return Stream.of(PARAMETERS)
                .map(c -> DynamicTest.dynamicTest(
                        c[0] + " " + c[1],
                        () -> check(
                                sandbox,
                                signed(sandbox, "POST", c[1], sandbox.tenant().secretAccessKey(), Clock.systemUTC()),
                                c[0])));
    }

    @TestFactory
    Stream<DynamicTest> wrongSignaturesAreRefused(Sandbox sandbox) {
        String good = sandbox.tenant().secretAccessKey();
        String body = "Action=DescribeRegions&Version=2016-11-15";
        Clock past = Clock.fixed(Instant.now().minus(Duration.ofHours(1)), ZoneOffset.UTC);
        Clock future = Clock.fixed(Instant.now().plus(Duration.ofHours(1)), ZoneOffset.UTC);
        var cases = new TreeMap<String, HttpRequest>();
        cases.put("AuthFailure of a wrong secret", signed(sandbox, "POST", body, "wrong", Clock.systemUTC()));
        cases.put("AuthFailure of an unsigned request", plain(sandbox, Map.of(), body));
        cases.put("RequestExpired of an old request", signed(sandbox, "POST", body, good, past));
        cases.put("RequestExpired of a request from the future", signed(sandbox, "POST", body, good, future));
        cases.put(
                "AuthFailure of a changed body",
                changed(signed(sandbox, "POST", body, good, Clock.systemUTC()), body + "&Filter.1.Name=a"));
        cases.put(
                "IncompleteSignature of half a header",
                plain(sandbox, Map.of("Authorization", "AWS4-HMAC-SHA256 Credential=a"), body));
        cases.put(
                "IncompleteSignature of another algorithm",
                plain(sandbox, Map.of("Authorization", "Basic YTpi"), body));
        cases.put(
                "IncompleteSignature of a bad scope",
                plain(
                        sandbox,
                        Map.of(
                                "Authorization",
                                "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0",
                                "X-Amz-Date",
                                "x"),
                        body));
        cases.put(
                "AuthFailure of an unknown key",
                plain(
                        sandbox,
                        Map.of(
                                "Authorization",
                                "AWS4-HMAC-SHA256 Credential=AKIA/20260101/r/ec2/aws4_request, SignedHeaders=host, Signature=0",
                                "X-Amz-Date",
                                "20260101T000000Z"),
                        body));
        String scope = ", SignedHeaders=host, Signature=0";
        cases.put(
                "InvalidClientTokenId of an unknown key at STS",
                plain(
                        sandbox,
                        Map.of(
                                "Authorization",
                                "AWS4-HMAC-SHA256 Credential=AKIA/20260101/r/sts/aws4_request" + scope,
                                "X-Amz-Date",
                                "20260101T000000Z"),
                        "Action=GetCallerIdentity&Version=2011-06-15"));
        cases.put(
                "AuthFailure of a session token that was not issued here",
                plain(
                        sandbox,
                        Map.of(
                                "Authorization",
                                "AWS4-HMAC-SHA256 Credential=AKIA/20260101/r/ec2/aws4_request" + scope,
                                "X-Amz-Date",
                                "20260101T000000Z",
                                "X-Amz-Security-Token",
                                "token"),
                        body));
        cases.put(
                "AuthFailure of signature version 2",
                plain(sandbox, Map.of(), body + "&SignatureVersion=2&AWSAccessKeyId=a"));
        return cases.entrySet().stream()
                .map(c -> DynamicTest.dynamicTest(
                        c.getKey(),
                        () -> check(
                                sandbox,
                                c.getValue(),
                                c.getKey().substring(0, c.getKey().indexOf(' ')))));
    }

    @TestFactory
    Stream<DynamicTest> wrongHttpIsAnsweredInXml(Sandbox sandbox) {
        String big = "Action=DescribeInstances&" + "x".repeat(2 << 20);
        String many = IntStream.range(0, 6000)
                .mapToObj(i -> "InstanceId." + i + "=i-1")
                .collect(Collectors.joining("&"));
        var cases = new TreeMap<String, HttpRequest>();
        cases.put("RequestEntityTooLarge of a body of 2 MiB", plain(sandbox, Map.of(), big));
        cases.put("RequestEntityTooLarge of a body of 24 MiB", plain(sandbox, Map.of(), big.repeat(12)));
        cases.put(
                "MalformedQueryString of 6000 parameters",
                signed(sandbox, "POST", many, sandbox.tenant().secretAccessKey(), Clock.systemUTC()));
        URI root = URI.create(sandbox.endpoint() + "/");
        cases.put(
                "InvalidAction of PUT",
                HttpRequest.newBuilder(root)
                        .PUT(HttpRequest.BodyPublishers.noBody())
                        .build());
        cases.put(
                "InvalidAction of DELETE", HttpRequest.newBuilder(root).DELETE().build());
        cases.put(
                "InvalidAction of another path",
                HttpRequest.newBuilder(root.resolve("/latest/meta-data")).GET().build());
        return cases.entrySet().stream()
                .map(c -> DynamicTest.dynamicTest(
                        c.getKey(),
                        () -> check(
                                sandbox,
                                c.getValue(),
                                c.getKey().substring(0, c.getKey().indexOf(' ')))));
    }

    private void check(Sandbox sandbox, HttpRequest request, String code) throws Exception {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.body()).startsWith("<?xml").contains("<Code>" + code + "</Code>");
        assertThat(response.statusCode()).isBetween(400, 499);
        assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/xml");
        assertThat(sandbox.facade().isReady()).isTrue();
    }

    private static HttpRequest plain(Sandbox sandbox, Map<String, String> headers, String body) {
        var request = HttpRequest.newBuilder(URI.create(sandbox.endpoint() + "/"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return request.build();
    }

    private static HttpRequest changed(HttpRequest request, String body) {
        return HttpRequest.newBuilder(request, (_, _) -> true)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private HttpRequest signed(Sandbox sandbox, String method, String form, String secret, Clock clock) {
        byte[] body = form.getBytes(StandardCharsets.UTF_8);
        URI uri = URI.create(sandbox.endpoint() + "/");
        SdkHttpRequest plain = SdkHttpRequest.builder()
                .method(SdkHttpMethod.fromValue(method))
                .uri(uri)
                .putHeader("Content-Type", "application/x-www-form-urlencoded")
                .build();
        SdkHttpRequest signed = signer.sign(r -> r.identity(
                                AwsBasicCredentials.create(sandbox.tenant().accessKeyId(), secret))
                        .request(plain)
                        .payload(ContentStreamProvider.fromByteArray(body))
                        .putProperty(HttpSigner.SIGNING_CLOCK, clock)
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "ec2")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "nephele-1"))
                .request();
        var request = HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        signed.forEachHeader((name, values) -> {
            if (!CLIENTS_OWN.contains(name.toLowerCase(java.util.Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return request.build();
    }
}
