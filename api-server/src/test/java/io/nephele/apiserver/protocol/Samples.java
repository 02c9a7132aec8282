package io.nephele.apiserver.protocol;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingKnownType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.utils.builder.Buildable;

/** Fills objects of the SDK's model, each member of each, with text that is hard to write down. */
final class Samples {

    /** Shapes that contain themselves are cut off here. */
    private static final int DEPTH = 10;

    private static final String HOSTILE = "a<b>&\"c' \u00e9\u4e2d\ud83d\ude00\r\n\t]]>%2B+= ";

    private final Random random;

    Samples(long seed) {
        this.random = new Random(seed);
    }

    /** An object of this builder's class with a value in every member. */
    SdkPojo filled(SdkPojo builder) {
        return filled(builder, 0);
    }

    private SdkPojo filled(SdkPojo builder, int depth) {
        for (SdkField<?> field : builder.sdkFields()) {
            Object value = value(field, depth);
            if (value != null) {
                set(field, builder, value);
            }
        }
        return (SdkPojo) ((Buildable) builder).build();
    }

    @SuppressWarnings("unchecked") // the field says of which type its value is
    private static void set(SdkField<?> field, SdkPojo builder, Object value) {
        ((SdkField<Object>) field).set(builder, value);
    }

    private @Nullable Object value(SdkField<?> field, int depth) {
        MarshallingKnownType type = field.marshallingType().getKnownType();
        return switch (type) {
            case STRING -> random.nextInt(1000) + HOSTILE;
            case INTEGER -> random.nextInt();
            case LONG -> random.nextLong();
            case SHORT -> (short) random.nextInt();
            case BYTE -> (byte) random.nextInt();
            case FLOAT -> (float) random.nextInt(1000) / 8;
            case DOUBLE -> random.nextInt(1000) / 8.0;
            case BIG_DECIMAL -> BigDecimal.valueOf(random.nextInt(1000), 2);
            case BOOLEAN -> random.nextBoolean();
            case INSTANT -> Instant.ofEpochMilli(1_700_000_000_000L + random.nextInt());
            case SDK_BYTES -> SdkBytes.fromUtf8String(HOSTILE + random.nextInt());
            case SDK_POJO -> depth >= DEPTH ? null : filled(field.constructor().get(), depth + 1);
            case LIST -> list(field.getTrait(ListTrait.class).memberFieldInfo(), depth);
            default -> null;
        };
    }

    /** More than nine, so that the order of numbers is not the order of letters; deep inside fewer, for time. */
    private @Nullable List<Object> list(SdkField<?> member, int depth) {
        var list = new ArrayList<Object>();
        for (int i = 0; i < (depth == 0 ? 11 : 2); i++) {
            Object value = value(member, depth + 1);
            if (value != null) {
                list.add(value);
            }
        }
        return list.isEmpty() ? null : list;
    }
}
