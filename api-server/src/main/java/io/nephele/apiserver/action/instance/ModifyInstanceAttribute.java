package io.nephele.apiserver.action.instance;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Json;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.InstanceState;
import io.nephele.crds.instance.ShutdownBehavior;
import io.nephele.crds.instance.UserData;
import io.nephele.crds.volume.Volume;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.InstanceBlockDeviceMappingSpecification;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeResponse;

/** Changes one attribute; the old form with {@code Attribute} and {@code Value} and the new one with a member for each are both in use. */
@Singleton
class ModifyInstanceAttribute implements Action<ModifyInstanceAttributeRequest, ModifyInstanceAttributeResponse> {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Override
    public ModifyInstanceAttributeResponse call(ModifyInstanceAttributeRequest request, Call call) {
        if (request.instanceId() == null) {
            throw AwsException.missing("InstanceId");
        }
        Instance instance = call.instance(request.instanceId());
        var spec = MAPPER.createObjectNode();
        attributes(request, call, instance, spec);
        named(request, call, instance, spec);
        for (InstanceBlockDeviceMappingSpecification mapping : request.blockDeviceMappings()) {
            deleteOnTermination(call, instance, mapping);
        }
        if (spec.isEmpty() && request.blockDeviceMappings().isEmpty()) {
            throw AwsException.of("InvalidParameterCombination", "No attributes specified.");
        }
        if (!spec.isEmpty()) {
            call.asUser().patch(instance, Json.spec(patch -> patch.setAll(spec)));
        }
        return ModifyInstanceAttributeResponse.builder().build();
    }

    private static void attributes(
            ModifyInstanceAttributeRequest request, Call call, Instance instance, ObjectNode spec) {
        if (request.disableApiTermination() != null) {
            spec.put(
                    "terminationProtection",
                    Boolean.TRUE.equals(request.disableApiTermination().value()));
        }
        if (request.disableApiStop() != null) {
            spec.put(
                    "stopProtection",
                    Boolean.TRUE.equals(request.disableApiStop().value()));
        }
        if (request.instanceType() != null) {
            instanceType(call, instance, request.instanceType().value(), spec);
        }
        if (request.instanceInitiatedShutdownBehavior() != null) {
            shutdownBehavior(request.instanceInitiatedShutdownBehavior().value(), spec);
        }
        if (request.userData() != null) {
            byte[] bytes = request.userData().value() == null
                    ? new byte[0]
                    : request.userData().value().asByteArray();
            userData(instance, bytes, spec);
        }
        if (!request.groups().isEmpty()) {
            throw AwsException.unsupported("There are no security groups in this cloud yet.");
        }
        if (request.sourceDestCheck() != null
                && !Boolean.TRUE.equals(request.sourceDestCheck().value())) {
            throw AwsException.unsupported(
                    "The check of source and destination cannot be turned off in this cloud yet.");
        }
        if (request.ebsOptimized() != null
                && Boolean.TRUE.equals(request.ebsOptimized().value())) {
            throw AwsException.unsupported("There are no EBS-optimized instances in this cloud.");
        }
    }

    private static void named(ModifyInstanceAttributeRequest request, Call call, Instance instance, ObjectNode spec) {
        String attribute = request.attributeAsString();
        if (attribute == null || request.value() == null) {
            return;
        }
        switch (attribute) {
            case "disableApiTermination" -> spec.put("terminationProtection", Boolean.parseBoolean(request.value()));
            case "disableApiStop" -> spec.put("stopProtection", Boolean.parseBoolean(request.value()));
            case "instanceType" -> instanceType(call, instance, request.value(), spec);
            case "instanceInitiatedShutdownBehavior" -> shutdownBehavior(request.value(), spec);
            case "userData" -> {
                UserData decoded = RunInstances.userData(request.value());
                byte[] bytes = decoded == null ? null : decoded.bytes();
                userData(instance, bytes == null ? new byte[0] : bytes, spec);
            }
            default ->
                throw AwsException.invalidValue(
                        "Value (" + attribute + ") for parameter attribute is invalid. It cannot be changed.");
        }
    }

    private static void instanceType(Call call, Instance instance, @Nullable String type, ObjectNode spec) {
        if (type == null) {
            throw AwsException.missing("InstanceType.Value");
        }
        InstanceTypes.require(call, type);
        stopped(instance);
        spec.put("instanceType", type);
    }

    private static void stopped(Instance instance) {
        if (InstanceState.shown(instance) != InstanceState.Stopped) {
            throw AwsException.of(
                    "IncorrectInstanceState",
                    "The instance '" + AwsId.INSTANCE.of(instance) + "' is not in the 'stopped' state.");
        }
    }

    private static void shutdownBehavior(@Nullable String value, ObjectNode spec) {
        ShutdownBehavior behavior = RunInstances.shutdownBehavior(value);
        spec.put("instanceInitiatedShutdownBehavior", behavior == null ? null : behavior.name());
    }

    private static void userData(Instance instance, byte[] bytes, ObjectNode spec) {
        stopped(instance);
        byte[] raw = bytes;
        // The AWS CLI sends text that is base64 already, once more encoded.
        String text = new String(bytes, StandardCharsets.ISO_8859_1).trim();
        if (!text.isEmpty()
                && text.matches("[A-Za-z0-9+/\\s]+={0,2}")
                && text.replaceAll("\\s", "").length() % 4 == 0) {
            raw = Base64.getMimeDecoder().decode(text);
        }
        if (raw.length == 0) {
            spec.putNull("userData");
            return;
        }
        ObjectNode userData = MAPPER.valueToTree(UserData.of(raw));
        for (String other : new String[] {"inline", "base64", "secretRef"}) {
            if (!userData.has(other)) {
                userData.putNull(other);
            }
        }
        spec.set("userData", userData);
    }

    private static void deleteOnTermination(
            Call call, Instance instance, InstanceBlockDeviceMappingSpecification mapping) {
        Boolean delete = mapping.ebs() == null ? null : mapping.ebs().deleteOnTermination();
        Volume volume = call.cluster().volumesOf(instance).stream()
                .filter(v -> v.getSpec().attachment() != null
                        && v.getSpec().attachment().device().equals(mapping.deviceName()))
                .findFirst()
                .orElseThrow(() -> AwsException.of(
                        "InvalidInstanceAttributeValue", "No device is currently mapped at " + mapping.deviceName()));
        if (delete != null) {
            call.asUser()
                    .patch(
                            volume,
                            Json.spec(spec -> spec.putObject("attachment").put("deleteOnTermination", delete)));
        }
    }
}
