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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AttributeBooleanValue;
import software.amazon.awssdk.services.ec2.model.AttributeValue;
import software.amazon.awssdk.services.ec2.model.InstanceBlockDeviceMappingSpecification;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeResponse;

/** Changes one attribute; the old form with {@code Attribute} and {@code Value} and the new one with a member for each are both in use. */
@Singleton
class ModifyInstanceAttribute implements Action<ModifyInstanceAttributeRequest, ModifyInstanceAttributeResponse> {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What a request changes, in the order it is checked. */
    private record Change(ModifyInstanceAttributeRequest request, Call call, Instance instance) {}

    /** Takes the change of one attribute into the spec; what stays as it is leaves nothing there. */
    @FunctionalInterface
    private interface Attribute {
        void into(ObjectNode spec);
    }

    @Override
    public ModifyInstanceAttributeResponse call(ModifyInstanceAttributeRequest request, Call call) {
        Instance instance = call.instance(request.instanceId());
        Map<String, Attribute> attributes = attributes(new Change(request, call, instance));
        if (attributes.isEmpty()) {
            throw AwsException.invalidCombination("No attributes specified.");
        }
        if (attributes.size() > 1) {
            throw AwsException.invalidCombination(
                    "Fields for multiple attribute types specified: " + String.join(", ", attributes.keySet()));
        }
        if (InstanceState.shown(instance) == InstanceState.Terminated) {
            throw AwsException.of(
                    "IncorrectInstanceState",
                    "The instance '" + AwsId.INSTANCE.of(instance) + "' is terminated and cannot be changed.");
        }
        var spec = MAPPER.createObjectNode();
        attributes.values().forEach(attribute -> attribute.into(spec));
        if (!spec.isEmpty()) {
            call.asUser().patch(instance, Json.spec(patch -> patch.setAll(spec)));
        }
        return ModifyInstanceAttributeResponse.builder().build();
    }

    /** What is to be changed, by the name of the attribute. */
    private static Map<String, Attribute> attributes(Change change) {
        ModifyInstanceAttributeRequest request = change.request();
        var found = new LinkedHashMap<String, Attribute>();
        if (request.attributeAsString() != null && request.value() != null) {
            found.put(request.attributeAsString(), spec -> named(change, spec));
        }
        flag(found, "disableApiTermination", request.disableApiTermination(), "terminationProtection");
        flag(found, "disableApiStop", request.disableApiStop(), "stopProtection");
        fixed(found, "sourceDestCheck", request.sourceDestCheck(), true);
        fixed(found, "ebsOptimized", request.ebsOptimized(), false);
        fixed(found, "enaSupport", request.enaSupport(), false);
        refused(found, "kernel", request.kernel());
        refused(found, "ramdisk", request.ramdisk());
        refused(found, "sriovNetSupport", request.sriovNetSupport());
        refused(found, "groupSet", request.groups().isEmpty() ? null : request.groups());
        AttributeValue type = request.instanceType();
        if (type != null) {
            found.put("instanceType", spec -> instanceType(change, type.value(), spec));
        }
        AttributeValue behavior = request.instanceInitiatedShutdownBehavior();
        if (behavior != null) {
            found.put("instanceInitiatedShutdownBehavior", spec -> shutdownBehavior(behavior.value(), spec));
        }
        var userData = request.userData();
        if (userData != null) {
            byte[] bytes =
                    userData.value() == null ? new byte[0] : userData.value().asByteArray();
            found.put("userData", spec -> userData(change.instance(), RunInstances.userData(bytes), spec));
        }
        if (!request.blockDeviceMappings().isEmpty()) {
            found.put("blockDeviceMapping", _ -> deleteOnTermination(change, request.blockDeviceMappings()));
        }
        return found;
    }

    private static void named(Change change, ObjectNode spec) {
        String attribute = change.request().attributeAsString();
        String value = change.request().value();
        switch (attribute) {
            case "disableApiTermination" -> spec.put("terminationProtection", bool(attribute, value));
            case "disableApiStop" -> spec.put("stopProtection", bool(attribute, value));
            case "instanceType" -> instanceType(change, value, spec);
            case "instanceInitiatedShutdownBehavior" -> shutdownBehavior(value, spec);
            case "userData" -> userData(change.instance(), RunInstances.userData(value), spec);
            default ->
                throw AwsException.invalidValue(
                        "Value (" + attribute + ") for parameter attribute is invalid. It cannot be changed.");
        }
    }

    private static boolean bool(String attribute, String value) {
        if (!value.equals("true") && !value.equals("false")) {
            throw AwsException.invalidValue("Value (" + value + ") for " + attribute + " is neither true nor false.");
        }
        return value.equals("true");
    }

    private static void flag(
            Map<String, Attribute> found, String attribute, @Nullable AttributeBooleanValue value, String field) {
        if (value != null) {
            found.put(attribute, spec -> spec.put(field, Boolean.TRUE.equals(value.value())));
        }
    }

    /** An attribute that can only be what it is. */
    private static void fixed(
            Map<String, Attribute> found, String attribute, @Nullable AttributeBooleanValue value, boolean is) {
        if (value != null) {
            found.put(attribute, _ -> {
                if (Boolean.TRUE.equals(value.value()) != is) {
                    throw AwsException.unsupported(attribute + " is always " + is + " in this cloud.");
                }
            });
        }
    }

    private static void refused(Map<String, Attribute> found, String attribute, @Nullable Object value) {
        if (value != null) {
            found.put(attribute, _ -> {
                throw AwsException.unsupported(attribute + " cannot be changed in this cloud.");
            });
        }
    }

    private static void instanceType(Change change, @Nullable String type, ObjectNode spec) {
        if (type == null) {
            throw AwsException.missing("InstanceType.Value");
        }
        InstanceTypes.require(change.call(), type);
        stopped(change.instance());
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
        if (behavior == null) {
            throw AwsException.missing("InstanceInitiatedShutdownBehavior.Value");
        }
        spec.put("instanceInitiatedShutdownBehavior", behavior.name());
    }

    private static void userData(Instance instance, @Nullable UserData wanted, ObjectNode spec) {
        stopped(instance);
        if (wanted == null) {
            spec.putNull("userData");
            return;
        }
        ObjectNode userData = MAPPER.valueToTree(wanted);
        for (String other : new String[] {"inline", "base64", "secretRef"}) {
            if (!userData.has(other)) {
                userData.putNull(other);
            }
        }
        spec.set("userData", userData);
    }

    private static void deleteOnTermination(Change change, List<InstanceBlockDeviceMappingSpecification> mappings) {
        Map<Volume, Boolean> wanted = new LinkedHashMap<>();
        for (InstanceBlockDeviceMappingSpecification mapping : mappings) {
            Boolean delete = mapping.ebs() == null ? null : mapping.ebs().deleteOnTermination();
            Volume volume = attached(change, mapping.deviceName());
            if (delete != null) {
                wanted.put(volume, delete);
            }
        }
        wanted.forEach((volume, delete) -> change.call()
                .asUser()
                .patch(volume, Json.spec(spec -> spec.putObject("attachment").put("deleteOnTermination", delete))));
    }

    private static Volume attached(Change change, @Nullable String device) {
        return change.call().cluster().volumesOf(change.instance()).stream()
                .filter(volume -> volume.getSpec().attachment() != null
                        && volume.getSpec().attachment().device().equals(device))
                .findFirst()
                .orElseThrow(() ->
                        AwsException.of("InvalidInstanceAttributeValue", "No device is currently mapped at " + device));
    }
}
