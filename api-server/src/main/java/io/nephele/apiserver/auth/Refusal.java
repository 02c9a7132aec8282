package io.nephele.apiserver.auth;

import io.nephele.apiserver.protocol.AwsException;
import io.nephele.apiserver.protocol.Dialect;

/**
 * Why a request is not believed. EC2 says the same to everything but a late request; the other services name the cause.
 *
 * <p>Source of the codes: the lists of common errors in the API references of EC2 and of STS.
 */
enum Refusal {
    UNSIGNED("MissingAuthenticationToken", "Request is missing Authentication Token"),
    UNKNOWN_KEY("InvalidClientTokenId", "The security token included in the request is invalid."),
    UNKNOWN_TOKEN("InvalidClientTokenId", "The security token included in the request is invalid."),
    EXPIRED_TOKEN("ExpiredToken", "The security token included in the request is expired"),
    WRONG_SIGNATURE(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your secret access key and signing method."),
    EXPIRED("SignatureDoesNotMatch", "Signature expired: check the clock of this computer."),
    FROM_THE_FUTURE("SignatureDoesNotMatch", "Signature not yet current: check the clock of this computer.");

    private final String code;
    private final String message;

    Refusal(String code, String message) {
        this.code = code;
        this.message = message;
    }

    /** As the service says it. */
    AwsException in(Dialect dialect) {
        if (dialect != Dialect.EC2) {
            return AwsException.of(403, code, message);
        }
        return switch (this) {
            case EXPIRED, EXPIRED_TOKEN -> AwsException.of("RequestExpired", "Request has expired.");
            case FROM_THE_FUTURE -> AwsException.of("RequestExpired", "Request is from the future: check the clock.");
            case UNSIGNED ->
                AwsException.of(
                        401,
                        "AuthFailure",
                        "The request is not signed: AWS was not able to validate the provided access credentials");
            case UNKNOWN_KEY, UNKNOWN_TOKEN, WRONG_SIGNATURE ->
                AwsException.of(401, "AuthFailure", "AWS was not able to validate the provided access credentials");
        };
    }
}
