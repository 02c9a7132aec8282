package io.nephele.apiserver.protocol;

import software.amazon.awssdk.core.SdkPojo;

/** How a service talks: EC2 and STS use the same requests and wrap their answers differently. */
public enum Dialect {
    EC2("software.amazon.awssdk.services.ec2.model.", "2016-11-15") {
        @Override
        String response(String action, SdkPojo response, String requestId) {
            return new XmlWriter()
                    .open(action + "Response", "http://ec2.amazonaws.com/doc/2016-11-15/")
                    .text("requestId", requestId)
                    .members(response)
                    .close(action + "Response")
                    .toString();
        }

        @Override
        String error(AwsException e, String requestId) {
            return new XmlWriter()
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
        String response(String action, SdkPojo response, String requestId) {
            return new XmlWriter()
                    .open(action + "Response", "https://sts.amazonaws.com/doc/2011-06-15/")
                    .open(action + "Result")
                    .members(response)
                    .close(action + "Result")
                    .open("ResponseMetadata")
                    .text("RequestId", requestId)
                    .close("ResponseMetadata")
                    .close(action + "Response")
                    .toString();
        }

        @Override
        String error(AwsException e, String requestId) {
            return new XmlWriter()
                    .open("ErrorResponse", "https://sts.amazonaws.com/doc/2011-06-15/")
                    .open("Error")
                    .text("Type", e.status() < 500 ? "Sender" : "Receiver")
                    .text("Code", e.code())
                    .text("Message", String.valueOf(e.getMessage()))
                    .close("Error")
                    .text("RequestId", requestId)
                    .close("ErrorResponse")
                    .toString();
        }
    };

    private final String models;
    private final String version;

    Dialect(String models, String version) {
        this.models = models;
        this.version = version;
    }

    /** The one API version there is. */
    public String version() {
        return version;
    }

    /** Whether AWS has an action of this name, here or not. */
    public boolean knows(String action) {
        if (!action.matches("[A-Z][A-Za-z0-9]{2,80}")) {
            return false;
        }
        try {
            Class.forName(models + action + "Request", false, Dialect.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    abstract String response(String action, SdkPojo response, String requestId);

    abstract String error(AwsException e, String requestId);

    /** The service that a signature is for. */
    public static Dialect ofService(String service) {
        return service.equals("sts") ? STS : EC2;
    }
}
