package io.nephele.apiserver.action.instance;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Tagging;
import io.nephele.apiserver.action.image.Images;
import io.nephele.apiserver.action.keypair.KeyPairs;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.Nephele;
import io.nephele.crds.image.Image;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceSpec;
import io.nephele.crds.instance.PowerState;
import io.nephele.crds.instance.ShutdownBehavior;
import io.nephele.crds.instance.UserData;
import jakarta.inject.Singleton;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;

/**
 * Orders machines. With a ClientToken the names of the objects follow from it, so that an order that is repeated, even through another replica, finds what it made before:
 * the conflict in Kubernetes is the idempotency.
 */
@Singleton
class RunInstances implements Action<RunInstancesRequest, RunInstancesResponse> {

    private static final int MAX_COUNT = 100;
    private static final int MAX_USER_DATA = 16384;
    private static final Set<String> TAGGABLE =
            Set.of("instance", "volume", "network-interface", "spot-instances-request");

    /** Parameters that differ between a request and its repetition. */
    private static final Set<String> NOT_OF_THE_ORDER = Set.of("Action", "Version", "ClientToken");

    @Override
    public RunInstancesResponse call(RunInstancesRequest request, Call call) {
        int count = count(request);
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
                RootDevice.of(request.blockDeviceMappings(), image),
                userData(request.userData()),
                flag(request.disableApiTermination()),
                flag(request.disableApiStop()),
                shutdownBehavior(request.instanceInitiatedShutdownBehaviorAsString()),
                Tagging.of(request.tagSpecifications(), "instance", TAGGABLE));
        Map<String, String> volumeTags = Tagging.of(request.tagSpecifications(), "volume", TAGGABLE);
        String token = token(request.clientToken());
        List<Instance> made = order(call, spec, count, token, volumeTags);
        return RunInstancesResponse.builder()
                .reservationId(InstanceView.reservation(made.getFirst()))
                .ownerId(call.account())
                .groups(List.of())
                .instances(made.stream()
                        .map(instance -> InstanceView.of(call, instance))
                        .toList())
                .build();
    }

    private static int count(RunInstancesRequest request) {
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
        return max;
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
            bytes = Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw AwsException.of("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
        }
        if (bytes.length > MAX_USER_DATA) {
            throw AwsException.invalidValue("User data is limited to 16384 bytes");
        }
        return UserData.of(bytes);
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

    private static List<Instance> order(
            Call call, InstanceSpec spec, int count, @Nullable String token, @Nullable Map<String, String> volumeTags) {
        String seed = token == null ? UUID.randomUUID().toString() : token;
        Map<String, String> annotations = new HashMap<>();
        annotations.put(Nephele.ANNOTATION_RESERVATION, AwsId.RESERVATION.derive(call.project(), seed));
        if (token != null) {
            annotations.put(Nephele.ANNOTATION_CLIENT_TOKEN, token);
            annotations.put(Nephele.ANNOTATION_REQUEST_HASH, requestHash(call));
        }
        if (volumeTags != null) {
            annotations.put(
                    Nephele.ANNOTATION_VOLUME_TAGS,
                    volumeTags.entrySet().stream()
                            .map(tag -> tag.getKey() + "=" + tag.getValue())
                            .collect(Collectors.joining("\n")));
        }
        return IntStream.range(0, count)
                .mapToObj(index -> instance(call, spec, annotations, seed, index))
                .map(instance -> call.asUser().create(instance, _ -> existing(call, instance)))
                .toList();
    }

    private static Instance instance(
            Call call, InstanceSpec spec, Map<String, String> annotations, String seed, int index) {
        var instance = new Instance();
        instance.setMetadata(new ObjectMetaBuilder()
                .withName(AwsId.INSTANCE.derive(call.project(), seed, Integer.toString(index)))
                .withNamespace(call.project())
                .withAnnotations(annotations)
                .addToAnnotations(Nephele.ANNOTATION_LAUNCH_INDEX, Integer.toString(index))
                .withFinalizers(Nephele.FINALIZER)
                .build());
        instance.setSpec(spec);
        return instance;
    }

    /** What the same order made before, if it was the same order. */
    private static Instance existing(Call call, Instance wanted) {
        Instance found =
                call.cluster().instance(call.project(), wanted.getMetadata().getName());
        if (found == null) {
            throw AwsException.of(503, "Unavailable", "The order is being carried out: try again");
        }
        String before = InstanceView.annotation(found, Nephele.ANNOTATION_REQUEST_HASH);
        if (!requestHash(call).equals(before)) {
            throw AwsException.of(
                    "IdempotentParameterMismatch",
                    "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).");
        }
        return found;
    }

    private static String requestHash(Call call) {
        var order = new TreeMap<>(call.sent());
        order.keySet().removeIf(name -> NOT_OF_THE_ORDER.contains(name) || name.startsWith("X-Amz-"));
        return AwsId.hash(order.entrySet().stream()
                        .flatMap(e -> java.util.stream.Stream.of(e.getKey(), e.getValue()))
                        .toArray(String[]::new))
                .substring(0, 32);
    }
}
