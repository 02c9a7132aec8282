package io.nephele.crds.instance;

import io.fabric8.kubernetes.api.model.Condition;
import io.nephele.crds.HasConditions;
import io.nephele.crds.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is. Moments are RFC 3339 in UTC.
 *
 * @param instanceId the AWS id, which is also the name of the VirtualMachine
 * @param stateReason why the state was entered, in AWS's codes; absent while all went as ordered
 * @param stateTransitionTime when the state was entered
 * @param instanceType the type that the VM really has; another than the spec's until a restart
 * @param imageId the AWS id of the image it was made from
 * @param rootVolume the name of the Volume; once it stands here, a root volume that is missing is reported and never made again
 * @param nodeName the node the VM runs on
 * @param privateIp the IPv4 address of its first interface
 * @param launchTime when it was last started
 * @param rebootedAt the last {@code rebootRequestedAt} that was carried out
 * @param terminatedAt when Terminated was reached; the object goes an hour later
 * @param crashes how often in a row the VM ended by itself after it had booted, with the last moment of it
 * @param conditions Ready: why it is, or is not, as ordered; RestartRequired: a change waits for the next start
 */
@Wire
public record InstanceStatus(
        @Nullable String instanceId,
        @Nullable InstanceState state,
        @Nullable StateReason stateReason,
        @Nullable String stateTransitionTime,
        @Nullable String instanceType,
        @Nullable String imageId,
        @Nullable String rootVolume,
        @Nullable String nodeName,
        @Nullable String privateIp,
        @Nullable String launchTime,
        @Nullable String rebootedAt,
        @Nullable String terminatedAt,
        @Nullable Crashes crashes,
        @Nullable List<Condition> conditions)
        implements HasConditions<InstanceStatus> {

    /** Of an object of which nothing is known yet. */
    public static final InstanceStatus NONE =
            new InstanceStatus(null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    @Override
    public InstanceStatus withConditions(List<Condition> conditions) {
        return with(stateReason, rootVolume, conditions);
    }

    /** The same status of an Instance that has no root volume yet, for a reason. */
    public InstanceStatus withoutRootVolume(StateReason why) {
        return with(why, null, conditions);
    }

    private InstanceStatus with(@Nullable StateReason why, @Nullable String root, @Nullable List<Condition> now) {
        return new InstanceStatus(
                instanceId,
                state,
                why,
                stateTransitionTime,
                instanceType,
                imageId,
                root,
                nodeName,
                privateIp,
                launchTime,
                rebootedAt,
                terminatedAt,
                crashes,
                now);
    }

    /** AWS's {@code StateReason}, for instance {@code Client.InstanceInitiatedShutdown}. */
    @Wire
    public record StateReason(String code, String message) {}

    /** Crashes after boot since the VM last ran for a while. */
    @Wire
    public record Crashes(
            int count, String lastAt, @Nullable String vmiUid) {}
}
