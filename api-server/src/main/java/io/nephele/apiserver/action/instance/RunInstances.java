package io.nephele.apiserver.action.instance;

import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Tagging;
import io.nephele.apiserver.action.image.Images;
import io.nephele.apiserver.action.keypair.KeyPairs;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.image.Image;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceSpec;
import io.nephele.crds.instance.PowerState;
import io.nephele.crds.instance.ShutdownBehavior;
import io.nephele.crds.instance.UserData;
import jakarta.inject.Singleton;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;

/** Orders machines: reads and checks what is asked for, and leaves the making to {@link Order}. */
@Singleton
class RunInstances implements Action<RunInstancesRequest, RunInstancesResponse> {

    private static final int MAX_COUNT = 1000;
    private static final int MAX_USER_DATA = 16384;
    private static final Set<String> TAGGABLE =
            Set.of("instance", "volume", "network-interface", "spot-instances-request");

    @Override
    public RunInstancesResponse call(RunInstancesRequest request, Call call) {
        checkCount(request);
        Unsupported.check(request, call);
        Image image = Images.launchable(call, request.imageId());
        String type = request.instanceTypeAsString() == null ? "m1.small" : request.instanceTypeAsString();
        InstanceTypes.require(call, type);
        InstanceSpec spec = new InstanceSpec(
                type,
                AwsId.IMAGE.of(image),
                request.keyName() == null
                        ? null
                        : KeyPairs.require(call, request.keyName())
                                .getMetadata()
                                .getName(),
                PowerState.Running,
                null,
                null,
                RootDevice.of(
                        request.blockDeviceMappings(),
                        image,
                        Tagging.of(request.tagSpecifications(), "volume", TAGGABLE)),
                userData(request.userData()),
                flag(request.disableApiTermination()),
                flag(request.disableApiStop()),
                shutdownBehavior(request.instanceInitiatedShutdownBehaviorAsString()),
                Tagging.of(request.tagSpecifications(), "instance", TAGGABLE));
        String token = token(request.clientToken());
        List<Instance> made = new Order(call, spec, token).place(request.minCount(), request.maxCount());
        return RunInstancesResponse.builder()
                .reservationId(InstanceView.reservation(made.getFirst()))
                .ownerId(call.account())
                .groups(List.of())
                .instances(made.stream()
                        .map(instance -> InstanceView.of(call, instance))
                        .toList())
                .build();
    }

    private static void checkCount(RunInstancesRequest request) {
        Integer min = request.minCount();
        Integer max = request.maxCount();
        if (min == null || max == null) {
            throw AwsException.missing(min == null ? "MinCount" : "MaxCount");
        }
        if (min < 1 || max < 1) {
            throw AwsException.invalidValue("Value (" + Math.min(min, max)
                    + ") for parameter minCount or maxCount is invalid. It must be greater than 0.");
        }
        if (min > max) {
            throw AwsException.invalidCombination("MinCount may not be larger than MaxCount");
        }
        if (max > MAX_COUNT) {
            throw AwsException.of(
                    "InstanceLimitExceeded", "At most " + MAX_COUNT + " instances can be ordered in one request.");
        }
    }

    private static @Nullable Boolean flag(@Nullable Boolean value) {
        return Boolean.TRUE.equals(value) ? true : null;
    }

    static @Nullable ShutdownBehavior shutdownBehavior(@Nullable String text) {
        return switch (text) {
            case null -> null;
            case "stop" -> ShutdownBehavior.Stop;
            case "terminate" -> ShutdownBehavior.Terminate;
            default ->
                throw AwsException.invalidValue(
                        "Value (" + text + ") for parameter instanceInitiatedShutdownBehavior is invalid.");
        };
    }

    static @Nullable UserData userData(@Nullable String base64) {
        if (base64 == null || base64.isEmpty()) {
            return null;
        }
        byte[] bytes;
        try {
            // Lines are fine, as the base64 command makes them; anything else that is not base64 is a mistake.
            bytes = Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            throw AwsException.of("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
        }
        return userData(bytes);
    }

    /** User data as the guest gets it; null for none. */
    static @Nullable UserData userData(byte[] bytes) {
        if (bytes.length > MAX_USER_DATA) {
            throw AwsException.invalidValue("User data is limited to 16384 bytes");
        }
        return bytes.length == 0 ? null : UserData.of(bytes);
    }

    private static @Nullable String token(@Nullable String token) {
        if (token == null || token.isEmpty()) {
            return null;
        }
        if (token.length() > 64 || !token.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw AwsException.invalidValue("The client token must have at most 64 ASCII characters");
        }
        return token;
    }
}
