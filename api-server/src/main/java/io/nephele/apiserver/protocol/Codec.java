package io.nephele.apiserver.protocol;

import software.amazon.awssdk.core.SdkPojo;

/** In and out of the wire, for all actions of all services. */
public final class Codec {

    private Codec() {}

    /**
     * A request.
     *
     * @param builder an empty builder of its class
     * @throws AwsException for what cannot be read
     */
    public static SdkPojo request(Parameters parameters, SdkPojo builder) {
        return Decoder.decode(parameters, builder);
    }

    /**
     * An answer.
     *
     * @param version of the API that the client has asked for: clients that know an older one look for its namespace
     */
    public static String response(Dialect dialect, String action, String version, SdkPojo response, String requestId) {
        return dialect.response(action, version, response, requestId);
    }

    /** An answer that is an error. */
    public static String error(Dialect dialect, AwsException e, String requestId) {
        return dialect.error(e, requestId);
    }
}
