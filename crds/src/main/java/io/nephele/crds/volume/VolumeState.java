package io.nephele.crds.volume;

/** Where a Volume is, in EC2's terms. */
public enum VolumeState {
    Creating("creating"),
    Available("available"),
    InUse("in-use"),
    Deleting("deleting"),
    Error("error");

    private final String awsName;

    VolumeState(String awsName) {
        this.awsName = awsName;
    }

    public String awsName() {
        return awsName;
    }
}
