package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.authentication.SelfSubjectReview;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.crds.project.Project;
import io.nephele.sandbox.controlplane.Pki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Users of the real Keycloak log in, each in his way, and the Kubernetes API knows them. */
@ExtendWith(SandboxExtension.WithKeycloak.class)
class KeycloakTest {

    private static final Pattern ADDRESS = Pattern.compile("https://\\S+");

    private static final String GIVEN = """
            <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>
            <AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret/+=</SecretAccessKey><SessionToken>session</SessionToken><Expiration>2027-01-01T00:00:00Z</Expiration>
            </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>""";

    private static final String DENIED = """
            <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>alice is no owner</Message></Error></ErrorResponse>""";

    @TempDir
    Path scratch;

    @Test
    void aUserOfTheRealmIsKnownWithHisGroups(Sandbox sandbox) throws Exception {
        var tokens = Login.to(sandbox).tokens(Map.of("grant_type", "password", "username", "root", "password", "root"));
        for (String kind : List.of("access_token", "id_token")) {
            UserInfo root = whoAmI(sandbox, tokens.path(kind).asText());
            assertThat(root.getUsername()).isEqualTo("nephele:root");
            assertThat(root.getGroups()).contains("nephele:administrators", "nephele:users");
        }
        UserInfo mallory = whoAmI(sandbox, Login.to(sandbox).password("mallory", "mallory"));
        assertThat(mallory.getGroups()).containsExactlyInAnyOrder("nephele:users", "system:authenticated");
    }

    @Test
    void aTokenLastsFiveMinutes(Sandbox sandbox) throws Exception {
        JsonNode claims = Login.claims(Login.to(sandbox).password("alice", "alice"));
        assertThat(claims.path("exp").asLong() - claims.path("iat").asLong()).isEqualTo(300);
    }

    @Test
    void theTokenOfAnotherClientIsRefused(Sandbox sandbox) throws Exception {
        String secret = Files.readString(sandbox.settings().directory().resolve("keycloak-operator.token"));
        String token = Login.to(sandbox)
                .tokens(Map.of(
                        "grant_type", "client_credentials", "client_id", "nephele-operator", "client_secret", secret))
                .path("access_token")
                .asText();
        assertThatThrownBy(() -> whoAmI(sandbox, token)).hasMessageContaining("Unauthorized");
    }

    @Test
    void aScholarComesInThroughHisUniversity(Sandbox sandbox) throws Exception {
        var login = Login.to(sandbox);
        String token = login.through("university", "carol", "carol")
                .path("access_token")
                .asText();
        assertThat(whoAmI(sandbox, token).getUsername()).isEqualTo("nephele:university.carol");
        JsonNode claims = Login.claims(token);
        assertThat(claims.path("email").asText()).isEqualTo("carol@university.example");
        assertThat(claims.path("name").asText()).isEqualTo("Carol Scholar");

        JsonNode again = Login.claims(login.through("university", "carol", "carol")
                .path("access_token")
                .asText());
        assertThat(again.path("sub").asText()).isEqualTo(claims.path("sub").asText());
    }

    @Test
    void somebodyComesInThroughASocialAccount(Sandbox sandbox) throws Exception {
        var tokens = Login.to(sandbox).through("social", "dave", "dave");
        assertThat(whoAmI(sandbox, tokens.path("id_token").asText()).getUsername())
                .isEqualTo("nephele:social.dave");
    }

    @Test
    void whoComesInFromOutsideWithTheNameAndTheAddressOfALocalUserIsSomebodyElse(Sandbox sandbox) throws Exception {
        var login = Login.to(sandbox);
        JsonNode local = Login.claims(login.password("alice", "alice"));
        JsonNode other = Login.claims(
                login.through("social", "alice", "another").path("access_token").asText());
        assertThat(other.path("email").asText()).isEqualTo(local.path("email").asText());
        assertThat(other.path("sub").asText()).isNotEqualTo(local.path("sub").asText());
        assertThat(other.path("preferred_username").asText()).isEqualTo("social.alice");
    }

    @Test
    void kubectlLogsInOnceAndRemembers(Sandbox sandbox) throws Exception {
        var shell = new Shell(sandbox, scratch);
        String whoAmI =
                "XDG_CACHE_HOME=%s/cache kubectl --kubeconfig $NEPHELE_USER_KUBECONFIG auth whoami -o jsonpath='{.status.userInfo.username}'"
                        .formatted(scratch);
        // Two at once: one of them asks the user, the other waits for that.
        var first = CompletableFuture.supplyAsync(() -> shell.run(whoAmI + " 2>> %s/asked".formatted(scratch)));
        var second = CompletableFuture.supplyAsync(() -> shell.run(whoAmI + " 2>> %s/asked".formatted(scratch)));
        Login.to(sandbox).atDeviceAddress(printedAddress(), "olivia", "olivia");
        assertThat(first.get()).isEqualTo("nephele:olivia");
        assertThat(second.get()).isEqualTo("nephele:olivia");
        assertThat(Files.readString(scratch.resolve("asked")).lines().filter(line -> line.contains("https://")))
                .hasSize(1);
        assertThat(shell.run(whoAmI)).isEqualTo("nephele:olivia");

        Path session;
        try (var files = Files.list(scratch.resolve("cache/nephele"))) {
            session = files.filter(file -> file.toString().endsWith(".json"))
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(session)))
                .isEqualTo("rw-------");
        // When the token has ended the session gives another, without a question.
        Files.writeString(session, Files.readString(session).replaceAll("\"expires\": [0-9]+", "\"expires\": 0"));
        var credential = new ObjectMapper()
                .readTree(shell.run(
                        "XDG_CACHE_HOME=%s/cache nephele-login kubectl --issuer $NEPHELE_ISSUER --ca-file $NEPHELE_CA_FILE"
                                .formatted(scratch)));
        assertThat(credential.path("kind").asText()).isEqualTo("ExecCredential");
        assertThat(Instant.parse(
                        credential.path("status").path("expirationTimestamp").asText()))
                .isBetween(Instant.now().plusSeconds(200), Instant.now().plusSeconds(301));
        assertThat(whoAmI(sandbox, credential.path("status").path("token").asText())
                        .getUsername())
                .isEqualTo("nephele:olivia");
    }

    /** What the STS does with it is tested elsewhere: this is about what AWS's tools are handed. */
    @Test
    void awsToolsGetTheCredentialsThatTheStsGivesForTheSession(Sandbox sandbox) throws Exception {
        var shell = new Shell(sandbox, scratch);
        var asked = new CopyOnWriteArrayList<String>();
        HttpServer sts = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        sts.createContext("/", exchange -> {
            try (exchange) {
                asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                boolean good = asked.getLast().contains("role%2Fmember");
                byte[] answer = (good ? GIVEN : DENIED).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(good ? 200 : 403, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        sts.start();
        try {
            String command =
                    "XDG_CACHE_HOME=%s/cache nephele-login aws --issuer $NEPHELE_ISSUER --ca-file $NEPHELE_CA_FILE --endpoint http://127.0.0.1:%d --role-arn arn:aws:iam::123456789012:role/"
                            .formatted(scratch, sts.getAddress().getPort());
            var printed =
                    CompletableFuture.supplyAsync(() -> shell.run(command + "member 2> %s/asked".formatted(scratch)));
            Login.to(sandbox).atDeviceAddress(printedAddress(), "alice", "alice");
            assertThat(new ObjectMapper().readTree(printed.get())).isEqualTo(new ObjectMapper().readTree("""
                    {"Version": 1, "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "secret/+=", "SessionToken": "session", "Expiration": "2027-01-01T00:00:00Z"}"""));
            assertThat(asked.getFirst())
                    .contains(
                            "Action=AssumeRoleWithWebIdentity",
                            "Version=2011-06-15",
                            "RoleSessionName=alice",
                            "WebIdentityToken=ey")
                    .contains("RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fmember");
            assertFails(
                    shell,
                    command + "owner",
                    1,
                    "nephele-login: arn:aws:iam::123456789012:role/owner is refused: alice is no owner");
        } finally {
            sts.stop(0);
        }
    }

    @Test
    void awsToolsWorkForWhoHasLoggedIn(Sandbox sandbox) throws Exception {
        var shell = new Shell(sandbox, scratch);
        String account = sandbox.admin()
                .resources(Project.class)
                .withName(Examples.PROJECT)
                .get()
                .getStatus()
                .accountId();
        String process =
                "env XDG_CACHE_HOME=%s/cache nephele-login aws --issuer %s --ca-file %s --endpoint %s --role-arn arn:aws:iam::%s:role/%s"
                        .formatted(
                                scratch,
                                sandbox.keycloak().issuer(),
                                sandbox.controlPlane().pki().resolve("ca.crt"),
                                sandbox.endpoint(),
                                account,
                                Examples.PROJECT);
        var login = CompletableFuture.supplyAsync(() -> shell.run(process + " 2> %s/asked".formatted(scratch)));
        Login.to(sandbox).atDeviceAddress(printedAddress(), "alice", "alice");
        login.get();

        Files.writeString(scratch.resolve("config"), "[profile login]\ncredential_process = " + process + "\n");
        assertThat(shell.run(
                        "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY; AWS_CONFIG_FILE=%s/config aws --profile login sts get-caller-identity --query Arn --output text"
                                .formatted(scratch)))
                .isEqualTo("arn:aws:sts::%s:assumed-role/%s/alice".formatted(account, Examples.PROJECT));
    }

    private String printedAddress() throws IOException {
        Path asked = scratch.resolve("asked");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Files.exists(asked) && Files.readString(asked).contains("code"));
        Matcher address = ADDRESS.matcher(Files.readString(asked));
        assertThat(address.find()).isTrue();
        return address.group();
    }

    @Test
    void nepheleLoginSaysWhatIsWrong(Sandbox sandbox) {
        var shell = new Shell(sandbox, scratch);
        String cached = "XDG_CACHE_HOME=%s/cache nephele-login kubectl --issuer ".formatted(scratch);
        assertFails(
                shell,
                cached + "$NEPHELE_ISSUER",
                1,
                "nephele-login: cannot reach https://127.0.0.1",
                "certificate verify failed");
        assertFails(
                shell,
                cached + "$NEPHELE_ISSUER/nobody --ca-file $NEPHELE_CA_FILE",
                1,
                "nephele-login: https://127.0.0.1");
        assertFails(
                shell,
                cached + "$NEPHELE_ISSUER --ca-file /nowhere",
                1,
                "nephele-login: cannot read the CA file /nowhere");
        assertFails(
                shell,
                cached + "$NEPHELE_ISSUER --ca-file $NEPHELE_CA_FILE --client-id nobody",
                1,
                "nephele-login: the login cannot begin: ");
        assertFails(shell, "nephele-login", 2, "usage: nephele-login");
    }

    private static void assertFails(Shell shell, String command, int status, String... says) {
        Shell.Result result = shell.tryRun(command);
        assertThat(result.status()).as(result.error()).isEqualTo(status);
        assertThat(result.error()).contains(says);
    }

    /** Keycloak alone: the shared one does not stop. */
    @Test
    void keepsItsUsersAndItsIssuerThroughARestartAndMovesOnlyWhenItMust(@TempDir Path directory) throws Exception {
        Settings settings = Settings.in(directory);
        Pki pki = Pki.in(directory.resolve("pki"));
        String issuer;
        JsonNode carol;
        try (var keycloak = Keycloak.start(settings, pki, "secret")) {
            keycloak.awaitReady();
            issuer = keycloak.issuer();
            carol = carol(keycloak, pki);
        }
        try (var keycloak = Keycloak.start(settings, pki, "secret")) {
            keycloak.awaitReady();
            assertThat(keycloak.issuer()).isEqualTo(issuer);
            assertThat(carol(keycloak, pki).path("sub")).isEqualTo(carol.path("sub"));
        }
        try (var _ = new ServerSocket(URI.create(issuer).getPort(), 1, InetAddress.getLoopbackAddress());
                var keycloak = Keycloak.start(settings, pki, "secret")) {
            keycloak.awaitReady();
            assertThat(keycloak.issuer()).isNotEqualTo(issuer);
            assertThat(carol(keycloak, pki).path("sub")).isEqualTo(carol.path("sub"));
            assertThat(new Login(keycloak.issuer(), pki)
                            .through("social", "dave", "dave")
                            .has("access_token"))
                    .isTrue();
        }
    }

    private static JsonNode carol(Keycloak keycloak, Pki pki) throws Exception {
        return Login.claims(new Login(keycloak.issuer(), pki)
                .through("university", "carol", "carol")
                .path("access_token")
                .asText());
    }

    private static UserInfo whoAmI(Sandbox sandbox, String token) {
        try (KubernetesClient client = sandbox.controlPlane().client(token)) {
            return client.resource(new SelfSubjectReview()).create().getStatus().getUserInfo();
        }
    }
}
