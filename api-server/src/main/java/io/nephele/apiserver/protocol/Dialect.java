package io.nephele.apiserver.protocol;

import software.amazon.awssdk.core.SdkPojo;

/** How a service talks: EC2 and the older query services, which STS and IAM are, use the same requests and wrap their answers differently. */
public enum Dialect {
    EC2("software.amazon.awssdk.services.ec2.model.", "2016-11-15") {
        @Override
        String response(String action, String version, SdkPojo response, String requestId) {
            return new XmlWriter("item")
                    .open(action + "Response", "http://ec2.amazonaws.com/doc/" + version + "/")
                    .text("requestId", requestId)
                    .members(response)
                    .close(action + "Response")
                    .toString();
        }

        @Override
        String error(AwsException e, String requestId) {
            return new XmlWriter("item")
                    .open("Response")
                    .open("Errors")
                    .open("Error")
                    .text("Code", e.code())
                    .text("Message", String.valueOf(e.getMessage()))
                    .close("Error")
                    .close("Errors")
                    .text("RequestID", requestId)
                    .close("Response")
                    .toString();
        }
    },
    STS("software.amazon.awssdk.services.sts.model.", "2011-06-15") {
        @Override
        String response(String action, String version, SdkPojo response, String requestId) {
            return queryResponse("https://sts.amazonaws.com/doc/" + version + "/", action, response, requestId);
        }

        @Override
        String error(AwsException e, String requestId) {
            return queryError(e, requestId, "https://sts.amazonaws.com/doc/2011-06-15/");
        }
    },
    IAM("software.amazon.awssdk.services.iam.model.", "2010-05-08") {
        @Override
        String response(String action, String version, SdkPojo response, String requestId) {
            return queryResponse("https://iam.amazonaws.com/doc/" + version + "/", action, response, requestId);
        }

        @Override
        String error(AwsException e, String requestId) {
            return queryError(e, requestId, "https://iam.amazonaws.com/doc/2010-05-08/");
        }
    },

    /** A service that is not here. Most of them understand the errors of the query protocol. */
    OTHER("", "") {
        @Override
        String response(String action, String version, SdkPojo response, String requestId) {
            throw new IllegalStateException("Nothing of another service is here");
        }

        @Override
        String error(AwsException e, String requestId) {
            return queryError(e, requestId, "https://webservices.amazon.com/");
        }
    };

    private final String models;
    private final String version;

    Dialect(String models, String version) {
        this.models = models;
        this.version = version;
    }

    /** The version of the API that the models are of. */
    public String version() {
        return version;
    }

    /** Whether AWS has an action of this name, here or not. */
    public boolean knows(String action) {
        if (models.isEmpty() || !action.matches("[A-Z][A-Za-z0-9]{2,80}")) {
            return false;
        }
        try {
            Class.forName(models + action + "Request", false, Dialect.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    abstract String response(String action, String version, SdkPojo response, String requestId);

    abstract String error(AwsException e, String requestId);

    /** The service that a signature is for. */
    public static Dialect ofService(String service) {
        return switch (service) {
            case "ec2" -> EC2;
            case "sts" -> STS;
            case "iam" -> IAM;
            default -> OTHER;
        };
    }

    /** The service that a class of the AWS SDK belongs to. */
    public static Dialect ofModel(Class<?> request) {
        for (Dialect dialect : values()) {
            if (!dialect.models.isEmpty() && request.getName().startsWith(dialect.models)) {
                return dialect;
            }
        }
        throw new IllegalArgumentException(request.getName());
    }

    /** An error by the name that this service has for it. */
    public AwsException word(AwsException e) {
        return this != EC2 && e.code().equals("UnauthorizedOperation")
                ? AwsException.of(e.status(), "AccessDenied", String.valueOf(e.getMessage()))
                : e;
    }

    /** An action without an answer has no result, not an empty one. */
    private static String queryResponse(String namespace, String action, SdkPojo response, String requestId) {
        var xml = new XmlWriter("member").open(action + "Response", namespace);
        if (!response.sdkFields().isEmpty()) {
            xml.open(action + "Result").members(response).close(action + "Result");
        }
        return xml.open("ResponseMetadata")
                .text("RequestId", requestId)
                .close("ResponseMetadata")
                .close(action + "Response")
                .toString();
    }

    private static String queryError(AwsException e, String requestId, String namespace) {
        return new XmlWriter("item")
                .open("ErrorResponse", namespace)
                .open("Error")
                .text("Type", e.status() < 500 ? "Sender" : "Receiver")
                .text("Code", e.code())
                .text("Message", String.valueOf(e.getMessage()))
                .close("Error")
                .text("RequestId", requestId)
                .close("ErrorResponse")
                .toString();
    }
}
