package io.nephele.apiserver.protocol;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingKnownType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * Query parameters into a request class of the AWS SDK. The class itself says how its members are called on the wire, so there is one decoder for all actions.
 *
 * <p>Lists are {@code Name.1}, {@code Name.2}; members of structures {@code Name.Member}.
 */
final class Decoder {

    /** Parameters of the protocol, not of the action. */
    private static final Set<String> PROTOCOL = Set.of(
            "Action",
            "Version",
            "AWSAccessKeyId",
            "Signature",
            "SignatureMethod",
            "SignatureVersion",
            "Timestamp",
            "Expires",
            "SecurityToken");

    private static final int MAX_INDEX = 10_000;

    /** No request of AWS is nested deeper. */
    private static final int MAX_DEPTH = 24;

    /** The parameters as a tree: each node has a value, or members, or both if somebody sends nonsense. */
    private static final class Node {
        private final Map<String, Node> members = new HashMap<>();
        private @Nullable String value;
        private boolean used;
    }

    private Decoder() {}

    /** Fills a builder. */
    static SdkPojo decode(Parameters parameters, SdkPojo builder) {
        var root = new Node();
        parameters.all().forEach((name, value) -> {
            if (!PROTOCOL.contains(name) && !name.startsWith("X-Amz-")) {
                insert(root, name, value);
            }
        });
        fill(root, builder, "");
        refuseUnused(root, "");
        return (SdkPojo) ((Buildable) builder).build();
    }

    private static void insert(Node root, String name, String value) {
        Node node = root;
        String[] parts = name.split("\\.", -1);
        if (parts.length > MAX_DEPTH) {
            throw unknown(abbreviated(name));
        }
        for (String part : parts) {
            node = node.members.computeIfAbsent(part, _ -> new Node());
        }
        node.value = value;
    }

    private static void fill(Node node, SdkPojo builder, String path) {
        for (SdkField<?> field : builder.sdkFields()) {
            Node child = node.members.get(field.locationName());
            if (child != null) {
                set(field, builder, value(child, field, path + field.locationName()));
            }
        }
    }

    @SuppressWarnings("unchecked") // the field says of which type its value is
    private static void set(SdkField<?> field, SdkPojo builder, @Nullable Object value) {
        ((SdkField<Object>) field).set(builder, value);
    }

    private static @Nullable Object value(Node node, SdkField<?> field, String path) {
        MarshallingKnownType type = field.marshallingType().getKnownType();
        if (type == MarshallingKnownType.LIST) {
            return list(node, field, path);
        }
        if (type == MarshallingKnownType.SDK_POJO) {
            SdkPojo nested = field.constructor().get();
            fill(node, nested, path + ".");
            return ((Buildable) nested).build();
        }
        node.used = true;
        String text = node.value;
        if (text == null) {
            throw AwsException.of("InvalidParameterValue", "The parameter " + path + " has members, but no value");
        }
        return scalar(text, type, path);
    }

    private static List<Object> list(Node node, SdkField<?> field, String path) {
        SdkField<?> member = field.getTrait(ListTrait.class).memberFieldInfo();
        if (node.value != null && node.members.isEmpty()) {
            node.used = true;
            if (node.value.isEmpty()) {
                return List.of();
            }
            throw AwsException.invalidValue(
                    "The parameter " + path + " is a list: number its items, as in " + path + ".1");
        }
        Map<Integer, Node> items = new TreeMap<>();
        node.members.forEach((index, item) -> {
            if (index.equals("member")) {
                item.members.forEach((inner, innerItem) -> items.put(index(inner, path), innerItem));
            } else {
                items.put(index(index, path), item);
            }
        });
        List<Object> values = new ArrayList<>();
        items.forEach((index, item) -> {
            Object value = value(item, member, path + "." + index);
            if (value != null) {
                values.add(value);
            }
        });
        return values;
    }

    private static int index(String text, String path) {
        try {
            int index = Integer.parseInt(text);
            if (index >= 0 && index <= MAX_INDEX) {
                return index;
            }
        } catch (NumberFormatException notANumber) {
            // Refused below.
        }
        throw unknown(path + "." + abbreviated(text));
    }

    private static AwsException unknown(String path) {
        return AwsException.of("UnknownParameter", "The parameter " + path + " is not recognized");
    }

    private static @Nullable Object scalar(String text, MarshallingKnownType type, String path) {
        try {
            return switch (type) {
                case STRING -> text;
                case INTEGER -> Integer.valueOf(text.trim());
                case LONG -> Long.valueOf(text.trim());
                case SHORT -> Short.valueOf(text.trim());
                case BYTE -> Byte.valueOf(text.trim());
                case FLOAT -> Float.valueOf(text.trim());
                case DOUBLE -> Double.valueOf(text.trim());
                case BIG_DECIMAL -> new BigDecimal(text.trim());
                case BOOLEAN -> bool(text);
                case INSTANT -> Instant.parse(text);
                case SDK_BYTES -> SdkBytes.fromByteArray(Base64.getDecoder().decode(text.replaceAll("\\s", "")));
                default -> throw unknown(path);
            };
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw AwsException.invalidValue(
                    "The value '" + abbreviated(text) + "' of " + path + " is not a valid " + kind(type));
        }
    }

    private static boolean bool(String text) {
        return switch (text) {
            case "true", "True", "1" -> true;
            case "false", "False", "0" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static String kind(MarshallingKnownType type) {
        return switch (type) {
            case BOOLEAN -> "boolean";
            case INSTANT -> "timestamp";
            case SDK_BYTES -> "base64 encoding";
            default -> "number";
        };
    }

    private static String abbreviated(String text) {
        return text.length() <= 64 ? text : text.substring(0, 64) + "...";
    }

    private static void refuseUnused(Node node, String path) {
        node.members.forEach((name, child) -> {
            if (child.value != null && !child.used) {
                throw unknown(path + abbreviated(name));
            }
            refuseUnused(child, path + name + ".");
        });
    }
}
