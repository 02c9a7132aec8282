package io.nephele.apiserver.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditLogTest {

    @ParameterizedTest
    @CsvSource({
        "DescribeInstances, true",
        "GetConsoleOutput, true",
        "GetConsoleScreenshot, true",
        "GetCallerIdentity, true",
        "ListAccessKeys, true",
        "GetSessionToken, false",
        "RunInstances, false",
        "AssumeRoleWithWebIdentity, false",
        "CreateAccessKey, false",
        "Getaway, false"
    })
    void whatOnlyLooksIsNotWrittenDownAndWhatMakesCredentialsIs(String action, boolean isRead) {
        assertThat(AuditLog.isRead(action)).isEqualTo(isRead);
    }
}
