package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.nephele.crds.AwsId;
import io.nephele.crds.Nephele;
import io.nephele.crds.UniqueId;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.accesskey.MasterKey;
import io.nephele.crds.image.Image;
import io.nephele.crds.keypair.KeyPair;
import io.nephele.crds.project.MemberRole;
import io.nephele.crds.project.MembershipState;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectMembership;
import io.nephele.sandbox.controlplane.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsWebIdentityTokenFileCredentialsProvider;

/** Who is who to AWS clients: keys, sessions and tokens of the identity provider, at two facades, with unmodified clients. */
@ExtendWith(SandboxExtension.class)
class IdentityTest {

    /** How soon a right that was taken away is gone everywhere. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Started once for all tests of this class, and closed with the sandbox. */
    private record Surroundings(TestIssuer issuer, String endpoint) {}

    private static Surroundings surroundings;

    @TempDir
    Path scratch;

    private Sandbox sandbox;
    private KubernetesClient admin;
    private Examples examples;
    private TestIssuer issuer;

    /** Of the facade that knows the issuer; the first one does not. */
    private String endpoint;

    private RawClient alice;

    @BeforeEach
    void start(Sandbox running) throws Exception {
        sandbox = running;
        admin = running.admin();
        examples = new Examples(admin);
        if (surroundings == null) {
            Path pki = running.controlPlane().pki();
            var started = new TestIssuer(pki);
            int port = Ports.free();
            running.startAnotherFacade(
                            port,
                            Map.of(
                                    "NEPHELE_IDENTITY_ISSUER",
                                    started.url(),
                                    "NEPHELE_IDENTITY_CA_FILE",
                                    pki.resolve("ca.crt").toString(),
                                    "NEPHELE_TRUSTED_PROXIES",
                                    "127.0.0.0/8"))
                    .awaitReady();
            surroundings = new Surroundings(started, "http://127.0.0.1:" + port);
        }
        issuer = surroundings.issuer();
        endpoint = surroundings.endpoint();
        alice = RawClient.of(endpoint, running.tenant());
    }

    @Test
    void aTokenOfTheIdentityProviderIsAllThatTheCommandLineToolNeeds() throws Exception {
        member("bob", MemberRole.Member);
        var shell = new Shell(sandbox, scratch);
        String role = role(Examples.PROJECT);
        String account = account(Examples.PROJECT);
        String environment = webIdentity("bob", Examples.PROJECT);
        String session = account + ":assumed-role/demo/work";
        assertThat(shell.run(environment + "aws sts get-caller-identity --query '[Account,Arn,UserId]' --output text"))
                .matches(account + "\tarn:aws:sts::" + session + "\tAROA[A-Z2-7]{17}:work");
        assertThat(
                        shell.run(
                                environment
                                        + "aws ec2 create-key-pair --key-name of-bob --key-type ed25519 --query KeyPairId --output text"))
                .startsWith("key-");
        KeyPair made = admin.resources(KeyPair.class)
                .inNamespace(Examples.PROJECT)
                .withName("of-bob")
                .get();
        assertThat(made.getMetadata().getAnnotations()).containsKey(Nephele.ANNOTATION_REQUEST_ID);
        shell.run(environment + "aws ec2 delete-key-pair --key-name of-bob");

        JsonNode answer = MAPPER.readTree(shell.run("export AWS_ENDPOINT_URL=" + endpoint
                + "\nunset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY\naws sts assume-role-with-web-identity --role-arn "
                + role + " --role-session-name by-hand --duration-seconds 900 --web-identity-token "
                + issuer.token("bob", Duration.ofMinutes(5))));
        assertThat(answer.at("/AssumedRoleUser/Arn").asText())
                .isEqualTo("arn:aws:sts::" + account + ":assumed-role/demo/by-hand");
        assertThat(answer.at("/SubjectFromWebIdentityToken").asText()).isEqualTo("subject-of-bob");
        assertThat(answer.at("/Provider").asText()).isEqualTo(issuer.url());
        assertThat(answer.at("/Audience").asText()).isEqualTo("nephele");
        assertThat(Instant.parse(answer.at("/Credentials/Expiration").asText().replace("+00:00", "Z")))
                .isBetween(Instant.now().plusSeconds(800), Instant.now().plusSeconds(901));
    }

    @Test
    void boto3AndTheJavaSdkTakeATokenFileToo() throws Exception {
        member("bob", MemberRole.Member);
        String program = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn']);"
                + " print(len(boto3.client('ec2').describe_regions()['Regions']))";
        assertThat(new Shell(sandbox, scratch)
                        .run(webIdentity("bob", Examples.PROJECT) + "python3 -c \"" + program + "\""))
                .isEqualTo("arn:aws:sts::" + account(Examples.PROJECT) + ":assumed-role/demo/work\n1");

        var builder = StsClient.builder()
                .endpointOverride(URI.create(endpoint))
                .region(Region.of("nephele-1"))
                .httpClientBuilder(UrlConnectionHttpClient.builder());
        try (StsClient anonymous = builder.credentialsProvider(
                                software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider.create())
                        .build();
                var provider = StsWebIdentityTokenFileCredentialsProvider.builder()
                        .stsClient(anonymous)
                        .webIdentityTokenFile(tokenFile("bob"))
                        .roleArn(role(Examples.PROJECT))
                        .roleSessionName("java")
                        .build();
                StsClient sts = builder.credentialsProvider(provider).build()) {
            assertThat(sts.getCallerIdentity().arn()).endsWith(":assumed-role/demo/java");
        }
    }

    @Test
    void whoeverMayNotIsToldTheSameWhateverTheReason() throws Exception {
        member("bob", MemberRole.Member);
        examples.project("closed", "Not bob's");
        String account = account(Examples.PROJECT);
        String refusal = null;
        for (String arn : List.of(
                role("closed"),
                "arn:aws:iam::000000000001:role/demo",
                "arn:aws:iam::" + account + ":role/nowhere",
                "arn:aws:iam::" + account + ":role/closed",
                "arn:aws:iam::" + account("closed") + ":role/demo")) {
            var answer = assume("bob", arn, "");
            assertThat(answer.status()).as(arn).isEqualTo(403);
            assertThat(answer.code()).as(arn).isEqualTo("AccessDenied");
            assertThat(answer.text("Message"))
                    .as(arn)
                    .isEqualTo("Not authorized to perform sts:AssumeRoleWithWebIdentity");
            String plain = answer.body().replaceAll("<RequestId>[^<]*", "");
            assertThat(plain).as(arn).isEqualTo(refusal == null ? plain : refusal);
            refusal = plain;
        }
        assertThat(assume("stranger", role(Examples.PROJECT), "").body().replaceAll("<RequestId>[^<]*", ""))
                .isEqualTo(refusal);
    }

    @Test
    void whatIsWrongWithARequestForASessionIsCalledAsAwsCallsIt() throws Exception {
        member("bob", MemberRole.Member);
        String role = role(Examples.PROJECT);
        assertThat(assume("bob", role, "&DurationSeconds=899").code()).isEqualTo("ValidationError");
        assertThat(assume("bob", role, "&DurationSeconds=43201").code()).isEqualTo("ValidationError");
        assertThat(assume("bob", role, "&DurationSeconds=43200").code()).isEqualTo("ok");
        assertThat(RawClient.unsignedGet(endpoint, form(role, "work", issuer.token("bob", Duration.ofMinutes(5))))
                        .code())
                .isEqualTo("ok");
        assertThat(assume("bob", "arn:aws:iam::1:role/demo", "").code()).isEqualTo("ValidationError");
        assertThat(assume("bob", role, "&Policy=%7B%7D").code()).isEqualTo("ValidationError");
        assertThat(assume("bob", role, "&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/ReadOnlyAccess")
                        .code())
                .isEqualTo("ValidationError");
        assertThat(RawClient.unsigned(endpoint, form(role, "a b", issuer.token("bob", Duration.ofMinutes(5))))
                        .code())
                .isEqualTo("ValidationError");
        assertThat(RawClient.unsigned(endpoint, form(role, "work", issuer.token("bob", Duration.ofMinutes(-5))))
                        .code())
                .isEqualTo("ExpiredTokenException");
        assertThat(RawClient.unsigned(endpoint, form(role, "work", "nonsense")).code())
                .isEqualTo("InvalidIdentityToken");
        // The first facade was told of no identity provider.
        var without =
                RawClient.unsigned(sandbox.endpoint(), form(role, "work", issuer.token("bob", Duration.ofMinutes(5))));
        assertThat(without.code()).isEqualTo("InvalidIdentityToken");
        assertThat(without.text("Message")).contains("nephele.identity.issuer");
        // Exactly this action goes without a signature.
        for (String action : List.of("AssumeRole", "GetCallerIdentity", "GetSessionToken", "DescribeInstances")) {
            assertThat(RawClient.unsigned(endpoint, "Action=" + action + "&Version=2011-06-15")
                            .status())
                    .as(action)
                    .isEqualTo(401);
        }
        assertThat(RawClient.unsigned(
                                endpoint,
                                "Action=DescribeInstances&Action=AssumeRoleWithWebIdentity&Version=2011-06-15")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void aViewerLooksAndChangesNothing() throws Exception {
        examples.member(Examples.PROJECT, "vera", MemberRole.Viewer);
        RawClient vera = RawClient.of(endpoint, assume("vera", role(Examples.PROJECT), ""));
        assertThat(vera.ec2("Action=DescribeInstances").code()).isEqualTo("ok");
        assertThat(vera.ec2("Action=CreateKeyPair&KeyName=vera").code()).isEqualTo("UnauthorizedOperation");
        assertThat(vera.ec2("Action=CreateKeyPair&KeyName=vera&DryRun=true").code())
                .isEqualTo("UnauthorizedOperation");
    }

    @Test
    void aUserChangesHisKeysWithTheCommandLineTool() {
        examples.project("keys", "Keys");
        examples.member("keys", "carol", MemberRole.Owner);
        Sandbox.Tenant first = examples.accessKey("keys", "carol", null);
        var shell = new Shell(sandbox, scratch);
        String carol = "export AWS_ENDPOINT_URL=%s AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s\n"
                .formatted(endpoint, first.accessKeyId(), first.secretAccessKey());
        assertThat(shell.run(carol + "aws iam get-user --query '[User.UserName,User.Arn]' --output text"))
                .isEqualTo("carol\tarn:aws:iam::" + account("keys") + ":user/carol");
        assertThat(shell.run(carol + "aws iam list-account-aliases --query AccountAliases --output text"))
                .isEqualTo("keys");

        String[] second = shell.run(
                        carol
                                + "aws iam create-access-key --query 'AccessKey.[AccessKeyId,SecretAccessKey,Status]' --output text")
                .split("\t");
        assertThat(second[0]).matches("AKIA[A-Z2-7]{16}");
        assertThat(second[2]).isEqualTo("Active");
        assertThat(shell.tryRun(carol + "aws iam create-access-key").error()).contains("LimitExceeded");
        assertThat(
                        shell.run(
                                carol
                                        + "aws iam list-access-keys --page-size 1 --query 'AccessKeyMetadata[].AccessKeyId' --output text"))
                .contains(first.accessKeyId())
                .contains(second[0]);

        // Over to the new one.
        String changed = "export AWS_ENDPOINT_URL=%s AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s\n"
                .formatted(endpoint, second[0], second[1]);
        assertThat(shell.run(changed + "aws sts get-caller-identity --query Arn --output text"))
                .endsWith(":user/carol");
        shell.run(changed + "aws iam update-access-key --status Inactive --access-key-id " + first.accessKeyId());
        assertThat(shell.tryRun(carol + "aws sts get-caller-identity").error()).contains("InvalidClientTokenId");
        assertThat(shell.tryRun(carol + "aws ec2 describe-instances").error()).contains("AuthFailure");
        assertThat(
                        shell.run(
                                changed
                                        + "aws iam list-access-keys --query 'AccessKeyMetadata[?Status==`Inactive`].AccessKeyId' --output text"))
                .isEqualTo(first.accessKeyId());
        shell.run(changed + "aws iam delete-access-key --access-key-id " + first.accessKeyId());
        assertThat(shell.run(changed + "aws sts get-access-key-info --query Account --output text --access-key-id "
                        + second[0]))
                .isEqualTo(account("keys"));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(shell.run(changed
                                + "aws iam get-access-key-last-used --query 'AccessKeyLastUsed.[ServiceName,Region]' --output text --access-key-id "
                                + second[0]))
                        .isEqualTo("sts\tnephele-1"));

        // Others' keys are not there.
        assertThat(shell.tryRun(changed + "aws iam list-access-keys --user-name alice")
                        .error())
                .contains("NoSuchEntity");
        assertThat(shell.tryRun(changed + "aws iam delete-access-key --access-key-id "
                                + sandbox.tenant().accessKeyId())
                        .error())
                .contains("NoSuchEntity");
        assertThat(shell.tryRun(changed + "aws sts get-access-key-info --access-key-id "
                                + sandbox.tenant().accessKeyId())
                        .error())
                .contains("AccessDenied");
        assertThat(shell.tryRun(changed + "aws sts decode-authorization-message --encoded-message x")
                        .error())
                .contains("InvalidAuthorizationMessageException");
    }

    @Test
    void ofManyKeysThatAreOrderedAtOnceTwoAreMade() throws Exception {
        examples.project("many", "Many");
        examples.member("many", "max", MemberRole.Owner);
        member("many", "max");
        var session = RawClient.of(endpoint, assume("max", role("many"), ""));
        await().atMost(SOON)
                .until(() -> session.at(sandbox.endpoint())
                        .iam("Action=ListAccessKeys")
                        .code()
                        .equals("ok"));
        var codes = new ConcurrentLinkedQueue<String>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                var client = i % 2 == 0 ? session : session.at(sandbox.endpoint());
                executor.execute(
                        () -> codes.add(client.iam("Action=CreateAccessKey").code()));
            }
        }
        assertThat(codes).hasSize(20).containsOnly("ok", "LimitExceeded");
        assertThat(codes.stream().filter("ok"::equals)).hasSize(2);
        assertThat(admin.resources(AccessKey.class).inNamespace("many").list().getItems())
                .hasSize(2);
    }

    @Test
    void theFacadeReadsNoSecretButTheMasterKey() {
        assertThat(mayGetSecret("nephele-api-server", Sandbox.SYSTEM_NAMESPACE, MasterKey.SECRET))
                .isTrue();
        assertThat(mayGetSecret("nephele-api-server", Sandbox.SYSTEM_NAMESPACE, "nephele-webhook-tls"))
                .isFalse();
        assertThat(mayGetSecret("nephele-api-server", Examples.PROJECT, "any")).isFalse();
        assertThat(mayGetSecret("nephele-operator", Examples.PROJECT, "any")).isTrue();
    }

    private boolean mayGetSecret(String account, String namespace, String name) {
        return admin.authorization()
                .v1()
                .subjectAccessReview()
                .create(new SubjectAccessReviewBuilder()
                        .withNewSpec()
                        .withUser("system:serviceaccount:nephele-system:" + account)
                        .withNewResourceAttributes()
                        .withVerb("get")
                        .withResource("secrets")
                        .withNamespace(namespace)
                        .withName(name)
                        .endResourceAttributes()
                        .endSpec()
                        .build())
                .getStatus()
                .getAllowed();
    }

    @Test
    void aKeyThatWasTakenBackNeverOpensAnythingAgain() {
        examples.project("revoked", "Revoked");
        examples.member("revoked", "rita", MemberRole.Owner);
        RawClient old = RawClient.of(endpoint, examples.accessKey("revoked", "rita", null));
        RawClient.Answer created = old.iam("Action=CreateAccessKey");
        RawClient made = RawClient.of(
                endpoint, new Sandbox.Tenant(created.text("AccessKeyId"), created.text("SecretAccessKey")));
        assertThat(made.sts("Action=GetCallerIdentity").code()).isEqualTo("ok");
        RawClient session = RawClient.of(endpoint, made.sts("Action=GetSessionToken"));
        assertThat(session.ec2("Action=DescribeRegions").code()).isEqualTo("ok");

        assertThat(old.iam("Action=DeleteAccessKey&AccessKeyId=" + created.text("AccessKeyId"))
                        .code())
                .isEqualTo("ok");
        assertThat(made.sts("Action=GetCallerIdentity").code()).isEqualTo("InvalidClientTokenId");
        assertThat(made.ec2("Action=DescribeRegions").code()).isEqualTo("AuthFailure");
        assertThat(session.ec2("Action=DescribeRegions").code()).isEqualTo("AuthFailure");
        // The next one has the same place, and neither its id nor its secret.
        RawClient.Answer again = old.iam("Action=CreateAccessKey");
        assertThat(again.text("AccessKeyId")).isNotEqualTo(created.text("AccessKeyId"));
        assertThat(made.ec2("Action=DescribeRegions").code()).isEqualTo("AuthFailure");
        await().atMost(SOON)
                .until(() -> made.at(sandbox.endpoint())
                        .ec2("Action=DescribeRegions")
                        .code()
                        .equals("AuthFailure"));
        for (int i = 0; i < 20; i++) {
            assertThat(made.at(sandbox.endpoint()).ec2("Action=DescribeRegions").code())
                    .isEqualTo("AuthFailure");
        }
    }

    @Test
    void aSessionIsGoodAtEachFacadeAndEndsWithTheMembership() throws Exception {
        examples.project("leaving", "Leaving");
        examples.member("leaving", "dave", MemberRole.Member);
        RawClient key = RawClient.of(endpoint, examples.accessKey("leaving", "dave", null));
        List<RawClient> credentials = List.of(
                key,
                RawClient.of(endpoint, assume("dave", role("leaving"), "")),
                RawClient.of(endpoint, key.sts("Action=GetSessionToken")));
        for (RawClient client : credentials) {
            assertThat(client.ec2("Action=DescribeInstances").code()).isEqualTo("ok");
            assertThat(client.at(sandbox.endpoint())
                            .ec2("Action=DescribeInstances")
                            .code())
                    .isEqualTo("ok");
        }
        Instant issued = Instant.now();
        await().until(() -> Instant.now().getEpochSecond() > issued.getEpochSecond());
        say("leaving", "dave", MembershipState.Removed);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(Stream.of(endpoint, sandbox.endpoint())
                                .flatMap(facade -> credentials.stream().map(c -> c.at(facade)))
                                .map(client ->
                                        client.ec2("Action=DescribeInstances").code()))
                        .containsOnly("AuthFailure"));
        assertThat(credentials.get(1).sts("Action=GetCallerIdentity").code()).isEqualTo("InvalidClientTokenId");
        assertThat(assume("dave", role("leaving"), "").code()).isEqualTo("AccessDenied");

        say("leaving", "dave", MembershipState.Accepted);
        await("his key is good again")
                .atMost(SOON)
                .until(() -> key.ec2("Action=DescribeInstances").code().equals("ok"));
        assertThat(credentials.stream()
                        .skip(1)
                        .map(session -> session.ec2("Action=DescribeInstances").code()))
                .as("sessions of the time before he was put out")
                .containsOnly("AuthFailure");
    }

    private void say(String project, String user, MembershipState state) {
        admin.resources(ProjectMembership.class)
                .inNamespace(project)
                .withName(user)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"spec\":{\"state\":\"%s\",\"reason\":\"said so\"}}".formatted(state));
    }

    @Test
    void aUserGoesFromOneOfHisProjectsIntoAnotherAndNowhereElse() {
        examples.project("lab", "Laboratory");
        examples.member("lab", "alice", MemberRole.Owner);
        examples.project("closed", "Not alice's");
        var answer = alice.sts("Action=AssumeRole&RoleSessionName=over&RoleArn=" + role("lab"));
        RawClient over = RawClient.of(endpoint, answer);
        assertThat(over.sts("Action=GetCallerIdentity").text("Arn"))
                .isEqualTo("arn:aws:sts::" + account("lab") + ":assumed-role/lab/over");
        assertThat(alice.sts("Action=AssumeRole&RoleSessionName=over&RoleArn=" + role("closed"))
                        .code())
                .isEqualTo("AccessDenied");
        assertThat(over.sts("Action=AssumeRole&RoleSessionName=back&DurationSeconds=3601&RoleArn=" + role("demo"))
                        .code())
                .isEqualTo("ValidationError");
        RawClient back =
                RawClient.of(endpoint, over.sts("Action=AssumeRole&RoleSessionName=back&RoleArn=" + role("demo")));
        assertThat(back.sts("Action=GetCallerIdentity").text("Account")).isEqualTo(account("demo"));
        assertThat(over.sts("Action=GetSessionToken").code()).isEqualTo("AccessDenied");
        assertThat(alice.sts(
                                "Action=AssumeRole&RoleSessionName=over&RoleArn=%s&Tags.member.1.Key=a&Tags.member.1.Value=b"
                                        .formatted(role("lab")))
                        .code())
                .isEqualTo("ValidationError");

        assertThat(alice.sts("Action=GetCallerIdentity").text("UserId")).matches("AIDA[A-Z2-7]{17}");
        RawClient session = RawClient.of(endpoint, alice.sts("Action=GetSessionToken&DurationSeconds=900"));
        assertThat(session.sts("Action=GetCallerIdentity").text("Arn"))
                .isEqualTo("arn:aws:iam::" + account("demo") + ":user/alice");
        assertThat(session.sts("Action=GetSessionToken").code()).isEqualTo("AccessDenied");
        assertThat(session.iam("Action=CreateAccessKey").code()).isEqualTo("InvalidClientTokenId");
        assertThat(alice.sts("Action=GetSessionToken&DurationSeconds=129601").code())
                .isEqualTo("ValidationError");
        assertThat(alice.sts("Action=GetSessionToken&SerialNumber=123456789&TokenCode=123456")
                        .code())
                .isEqualTo("ValidationError");
    }

    @Test
    void aSessionThatHasExpiredOrIsForgedIsRefusedAsAwsRefusesIt() {
        RawClient.Answer issued = alice.sts("Action=GetSessionToken");
        assertThat(new RawClient(
                                endpoint,
                                AwsSessionCredentials.create(
                                        issued.text("AccessKeyId"),
                                        issued.text("SecretAccessKey"),
                                        issued.text("SessionToken") + "x"))
                        .ec2("Action=DescribeRegions")
                        .code())
                .isEqualTo("AuthFailure");
        assertThat(new RawClient(
                                endpoint,
                                AwsSessionCredentials.create(
                                        issued.text("AccessKeyId"), "another", issued.text("SessionToken")))
                        .ec2("Action=DescribeRegions")
                        .code())
                .isEqualTo("AuthFailure");
        assertThat(RawClient.of(
                                endpoint,
                                new Sandbox.Tenant(issued.text("AccessKeyId"), issued.text("SecretAccessKey")))
                        .sts("Action=GetCallerIdentity")
                        .code())
                .isEqualTo("InvalidClientTokenId");

        // As it will look tomorrow: sealed as the facade seals it, with an end that has passed.
        String claims = new String(
                        Base64.getUrlDecoder()
                                .decode(issued.text("SessionToken").split("\\.")[1]),
                        StandardCharsets.UTF_8)
                .replaceFirst(
                        "\"expiresAt\":\\d+", "\"expiresAt\":" + Instant.now().getEpochSecond());
        RawClient expired = sealed(claims);
        assertThat(expired.sts("Action=GetCallerIdentity").code()).isEqualTo("ExpiredToken");
        assertThat(expired.sts("Action=GetCallerIdentity").status()).isEqualTo(403);
        assertThat(expired.ec2("Action=DescribeRegions").code()).isEqualTo("RequestExpired");
        RawClient good = sealed(claims.replaceFirst("\"expiresAt\":\\d+", "\"expiresAt\":4000000000"));
        assertThat(good.ec2("Action=DescribeRegions").code()).isEqualTo("ok");
    }

    @Test
    void withKubectlToo_aKeyIsForItsMakerAndItsSecretForItsUser() {
        examples.member(Examples.PROJECT, "alice", MemberRole.Owner);
        var shell = new Shell(sandbox, scratch);
        String asAlice = "kubectl --as nephele:alice --as-group nephele:users -n demo ";
        String key =
                "cat <<'E' | %s apply -f -\napiVersion: nephele.io/v1alpha1\nkind: AccessKey\nmetadata: {name: %s}\nspec: {user: %s}\nE\n";
        assertThat(shell.tryRun(key.formatted(asAlice, "for-bob", "bob")).error())
                .contains("spec.user must be you");
        shell.run(key.formatted(asAlice, "by-kubectl", "alice"));
        shell.run(asAlice + "wait accesskey/by-kubectl --for=condition=Ready --timeout=30s");
        String secret = shell.run(asAlice + "get accesskey by-kubectl -o jsonpath='{.status.secretName}'");
        assertThat(shell.run(asAlice + "get secret " + secret + " -o jsonpath='{.data.AWS_ACCESS_KEY_ID}' | base64 -d"))
                .startsWith("AKIA");
        assertThat(shell.tryRun("kubectl --as nephele:bob --as-group nephele:users -n demo get secret " + secret)
                        .error())
                .contains("forbidden");
        assertThat(shell.tryRun(asAlice + "get secrets").error()).contains("forbidden");
        assertThat(shell.tryRun(asAlice + "-n nephele-system get secret " + MasterKey.SECRET)
                        .error())
                .contains("forbidden");
        member("bob", MemberRole.Member);
        assertThat(shell.tryRun("kubectl --as nephele:bob --as-group nephele:users -n demo delete accesskey by-kubectl")
                        .error())
                .contains("spec.user must be you");
        shell.run(asAlice + "delete accesskey by-kubectl");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> shell.tryRun("kubectl -n demo get secret,role,rolebinding " + secret + " -o name")
                        .output()
                        .isBlank());
    }

    @Test
    void everyChangeIsInTheAuditLogAndNoSecretIsInAnyLog() throws Exception {
        member("bob", MemberRole.Member);
        String token = issuer.token("bob", Duration.ofMinutes(5));
        RawClient.Answer issued = RawClient.unsigned(endpoint, form(role(Examples.PROJECT), "audited", token));
        RawClient bob = RawClient.of(endpoint, issued);
        RawClient.Answer key = bob.iam("Action=CreateAccessKey");
        assertThat(key.code()).isEqualTo("ok");
        bob.iam("Action=DeleteAccessKey&AccessKeyId=" + key.text("AccessKeyId"));
        RawClient.Answer pair = bob.ec2("Action=CreateKeyPair&KeyName=audited&KeyType=ed25519");
        bob.ec2("Action=DeleteKeyPair&KeyName=audited");
        bob.ec2("Action=DescribeInstances");
        String userData = "dG9wIHNlY3JldCB1c2VyIGRhdGE=";
        bob.ec2("Action=RunInstances&ImageId=ami-00000000000000000&MinCount=1&MaxCount=1&UserData=" + userData);
        bob.ec2("Action=TerminateInstances&InstanceId.1=i-00000000000000000&DryRun=true");
        RawClient.of(endpoint, new Sandbox.Tenant(issued.text("AccessKeyId"), "wrong"))
                .ec2("Action=RebootInstances");
        RawClient.Answer bare = alice.sts("Action=GetSessionToken");

        Map<String, JsonNode> lines = new LinkedHashMap<>();
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            for (JsonNode line : audit()) {
                if (line.path("user").asText().equals("bob")
                        || line.path("accessKeyId").asText().equals(issued.text("AccessKeyId"))
                        || line.path("action").asText().equals("GetSessionToken")) {
                    lines.put(line.path("action").asText(), line);
                }
            }
            assertThat(lines)
                    .containsKeys(
                            "AssumeRoleWithWebIdentity",
                            "CreateAccessKey",
                            "DeleteAccessKey",
                            "CreateKeyPair",
                            "DeleteKeyPair",
                            "RunInstances",
                            "TerminateInstances",
                            "RebootInstances",
                            "GetSessionToken");
        });
        assertThat(lines).doesNotContainKey("DescribeInstances");
        JsonNode line = lines.get("CreateKeyPair");
        assertThat(line.path("requestId").asText()).hasSize(36);
        assertThat(line.path("user").asText()).isEqualTo("bob");
        assertThat(line.path("project").asText()).isEqualTo("demo");
        assertThat(line.path("account").asText()).isEqualTo(account("demo"));
        assertThat(line.path("accessKeyId").asText()).isEqualTo(issued.text("AccessKeyId"));
        assertThat(line.path("sourceAddress").asText()).isEqualTo("127.0.0.1");
        assertThat(line.path("userAgent").asText()).contains("Java-http-client");
        assertThat(line.path("targets").get(0).asText()).isEqualTo("KeyPair/audited");
        assertThat(line.path("outcome").asText()).isEqualTo("ok");
        assertThat(line.path("dryRun").asBoolean()).isFalse();
        assertThat(Instant.parse(line.path("time").asText()))
                .isBefore(Instant.now().plusSeconds(1));
        assertThat(lines.get("TerminateInstances").path("dryRun").asBoolean()).isTrue();
        assertThat(lines.get("TerminateInstances").path("outcome").asText()).isEqualTo("InvalidInstanceID.NotFound");
        assertThat(lines.get("RebootInstances").path("outcome").asText()).isEqualTo("AuthFailure");
        assertThat(lines.get("RebootInstances").has("user")).isFalse();
        assertThat(lines.get("AssumeRoleWithWebIdentity").path("user").asText()).isEqualTo("bob");

        List<String> secrets = new ArrayList<>(List.of(
                token,
                issued.text("SecretAccessKey"),
                issued.text("SessionToken"),
                bare.text("SecretAccessKey"),
                bare.text("SessionToken"),
                key.text("SecretAccessKey"),
                sandbox.tenant().secretAccessKey(),
                userData,
                "top secret user data",
                pair.text("keyMaterial").lines().skip(1).findFirst().orElseThrow()));
        secrets.add(Base64.getEncoder().encodeToString(masterKey().bytes()));
        assertThat(secrets).allSatisfy(secret -> assertThat(secret).hasSizeGreaterThan(16));
        try (Stream<Path> files = Files.walk(sandbox.envFile().getParent())) {
            List<Path> logs =
                    files.filter(file -> file.toString().endsWith(".log")).toList();
            assertThat(logs).hasSizeGreaterThan(4);
            for (Path log : logs) {
                String text = Files.readString(log, StandardCharsets.ISO_8859_1);
                assertThat(secrets).as("in %s", log).noneMatch(text::contains);
            }
        }
    }

    @Test
    void theRequestThatMadeAnObjectIsNamedOnItAndOnTheEventsAboutIt() {
        RawClient.Answer answer =
                alice.ec2("Action=RegisterImage&Name=broken&ImageLocation=http://127.0.0.1:1/broken.qcow2");
        String requestId = answer.text("requestId");
        assertThat(requestId).hasSize(36);
        Image image = admin.resources(Image.class).inNamespace(Examples.PROJECT).list().getItems().stream()
                .filter(i -> "broken".equals(i.getSpec().name()))
                .findFirst()
                .orElseThrow();
        assertThat(image.getMetadata().getAnnotations()).containsEntry(Nephele.ANNOTATION_REQUEST_ID, requestId);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(admin.v1()
                                .events()
                                .inNamespace(Examples.PROJECT)
                                .withField(
                                        "involvedObject.uid",
                                        image.getMetadata().getUid())
                                .list()
                                .getItems())
                        .isNotEmpty()
                        .allSatisfy(event -> assertThat(event.getMetadata().getAnnotations())
                                .containsEntry(Nephele.ANNOTATION_REQUEST_ID, requestId)));

        // A later change has an id of its own.
        RawClient.Answer tagged = alice.ec2("Action=CreateTags&Tag.1.Key=a&ResourceId.1=" + AwsId.IMAGE.of(image));
        assertThat(admin.resource(image).get().getMetadata().getAnnotations())
                .containsEntry(Nephele.ANNOTATION_REQUEST_ID, tagged.text("requestId"));
        assertThat(tagged.text("requestId")).isNotEqualTo(requestId);
        alice.ec2("Action=DeregisterImage&ImageId=" + AwsId.IMAGE.of(image));
    }

    /** Makes a user a member of the example project, with the rights that go with it. */
    private void member(String user, MemberRole role) {
        examples.member(Examples.PROJECT, user, role);
        member(Examples.PROJECT, user);
    }

    private void member(String project, String user) {
        HasMetadata binding = new RoleBindingBuilder()
                .withNewMetadata()
                .withName("test-" + user)
                .withNamespace(project)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "nephele-member")
                .addNewSubject()
                .withApiGroup("rbac.authorization.k8s.io")
                .withKind("User")
                .withName(Nephele.IDENTITY_PREFIX + user)
                .endSubject()
                .build();
        Sandbox.apply(admin, binding);
    }

    private String webIdentity(String user, String project) throws Exception {
        return """
                unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
                export AWS_ENDPOINT_URL=%s AWS_ROLE_ARN=%s AWS_ROLE_SESSION_NAME=work AWS_WEB_IDENTITY_TOKEN_FILE=%s
                """.formatted(endpoint, role(project), tokenFile(user));
    }

    private Path tokenFile(String user) throws Exception {
        return Files.writeString(scratch.resolve("token-of-" + user), issuer.token(user, Duration.ofMinutes(5)));
    }

    private RawClient.Answer assume(String user, String role, String more) throws Exception {
        return RawClient.unsigned(endpoint, form(role, "work", issuer.token(user, Duration.ofMinutes(5))) + more);
    }

    private static String form(String role, String session, String token) {
        return "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=%s&RoleSessionName=%s&WebIdentityToken=%s"
                .formatted(role, URLEncoder.encode(session, StandardCharsets.UTF_8), token);
    }

    private String account(String project) {
        return admin.resources(Project.class).withName(project).get().accountId();
    }

    private String role(String project) {
        return "arn:aws:iam::" + account(project) + ":role/" + project;
    }

    private MasterKey masterKey() {
        return new MasterKey(Base64.getDecoder()
                .decode(admin.secrets()
                        .inNamespace(Sandbox.SYSTEM_NAMESPACE)
                        .withName(MasterKey.SECRET)
                        .get()
                        .getData()
                        .get(MasterKey.DATA)));
    }

    private RawClient sealed(String claims) {
        MasterKey key = masterKey();
        String encoded =
                Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8));
        return new RawClient(
                endpoint,
                AwsSessionCredentials.create(
                        UniqueId.SESSION_KEY.derive("session", encoded),
                        Base64.getEncoder()
                                .encodeToString(key.hmac("session-secret-n1", encoded))
                                .substring(0, 40),
                        "n1." + encoded + "."
                                + Base64.getUrlEncoder()
                                        .withoutPadding()
                                        .encodeToString(key.hmac("session-token-n1", encoded))));
    }

    private List<JsonNode> audit() throws IOException {
        var lines = new ArrayList<JsonNode>();
        try (Stream<Path> files = Files.list(sandbox.envFile().resolveSibling("logs"))) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith("-audit.log")).toList()) {
                for (String line : Files.readAllLines(file)) {
                    lines.add(MAPPER.readTree(line));
                }
            }
        }
        return lines;
    }
}
