package io.nephele.apiserver.protocol;

/** An answer that is an error: the code is what clients go by. */
public final class AwsException extends RuntimeException {

    private final String code;
    private final int status;

    private AwsException(int status, String code, String message) {
        super(message, null, false, false);
        this.code = code;
        this.status = status;
    }

    /** 400 with a code of AWS. */
    public static AwsException of(String code, String message) {
        return new AwsException(400, code, message);
    }

    /** Another HTTP status. */
    public static AwsException of(int status, String code, String message) {
        return new AwsException(status, code, message);
    }

    /** A value that cannot be. */
    public static AwsException invalidValue(String message) {
        return of("InvalidParameterValue", message);
    }

    /** Parameters that do not go together. */
    public static AwsException invalidCombination(String message) {
        return of("InvalidParameterCombination", message);
    }

    /** A required parameter that is absent. */
    public static AwsException missing(String parameter) {
        return of("MissingParameter", "The request must contain the parameter " + parameter);
    }

    /** Something AWS has and this cloud has not. */
    public static AwsException unsupported(String message) {
        return of("UnsupportedOperation", message);
    }

    public String code() {
        return code;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }
}
