package io.nephele.apiserver.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.nephele.crds.accesskey.MasterKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class SessionTokensTest {

    private static final MasterKey KEY = key(1);
    private static final Session SESSION = new Session(
            Session.Kind.ROLE,
            "alice",
            "demo",
            "012345678901",
            "work",
            1_770_000_000,
            1_770_003_600,
            "membership-uid",
            null,
            "nonce");

    @Test
    void aTokenSaysWhatWasSealedInIt() {
        var credentials = SessionTokens.seal(KEY, SESSION);
        assertThat(credentials.accessKeyId()).matches("ASIA[A-Z2-7]{16}");
        assertThat(credentials.secretAccessKey()).hasSize(40);
        var opened = SessionTokens.open(KEY, credentials.token());
        assertThat(opened.session()).isEqualTo(SESSION);
        assertThat(opened.credentials()).isEqualTo(credentials);
    }

    @Test
    void aTokenOfAnotherMasterKeyIsNone() {
        assertThat(SessionTokens.open(key(2), SessionTokens.seal(KEY, SESSION).token()))
                .isNull();
    }

    @Test
    void aTokenWithOtherClaimsIsNone() {
        String[] parts = SessionTokens.seal(KEY, SESSION).token().split("\\.");
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        for (String changed : new String[] {
            claims.replace("alice", "mallory"),
            claims.replace("demo", "prod"),
            claims.replace("1770003600", "1990003600"),
            claims + " "
        }) {
            assertThat(changed).isNotEqualTo(claims);
            String forged =
                    Base64.getUrlEncoder().withoutPadding().encodeToString(changed.getBytes(StandardCharsets.UTF_8));
            assertThat(SessionTokens.open(KEY, parts[0] + "." + forged + "." + parts[2]))
                    .as(changed)
                    .isNull();
        }
    }

    @Test
    void noCharacterOfATokenCanBeAnother() {
        String token = SessionTokens.seal(KEY, SESSION).token();
        for (int i = 0; i < token.length(); i++) {
            char other = token.charAt(i) == 'A' ? 'B' : 'A';
            assertThat(SessionTokens.open(KEY, token.substring(0, i) + other + token.substring(i + 1)))
                    .as("at %d", i)
                    .isNull();
            assertThat(SessionTokens.open(KEY, token.substring(0, i))).isNull();
        }
        assertThat(SessionTokens.open(KEY, token + "=")).isNull();
        assertThat(SessionTokens.open(KEY, "")).isNull();
        assertThat(SessionTokens.open(KEY, "n1..")).isNull();
        assertThat(SessionTokens.open(KEY, "n1.e30." + "A".repeat(43))).isNull();
    }

    @Test
    void whatTheMasterKeyMakesForOnePurposeIsGoodForNoOther() {
        String claims = SessionTokens.seal(KEY, SESSION).token().split("\\.")[1];
        for (String purpose : new String[] {"session-secret-n1", "access-key", "session-token"}) {
            String mac = Base64.getUrlEncoder().withoutPadding().encodeToString(KEY.hmac(purpose, claims));
            assertThat(SessionTokens.open(KEY, "n1." + claims + "." + mac)).isNull();
        }
        assertThat(SessionTokens.seal(KEY, SESSION).secretAccessKey()).isNotEqualTo(KEY.secretAccessKey(claims));
    }

    private static MasterKey key(int fill) {
        byte[] bytes = new byte[MasterKey.LENGTH];
        Arrays.fill(bytes, (byte) fill);
        return new MasterKey(bytes);
    }
}
