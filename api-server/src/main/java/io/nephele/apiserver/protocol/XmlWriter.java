package io.nephele.apiserver.protocol;

import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;

/** XML as EC2, STS and IAM send it: elements and text, nothing else. What XML cannot hold becomes a replacement character. */
final class XmlWriter {

    private final StringBuilder out = new StringBuilder(1024).append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    private final String item;

    /**
     * A document that is empty yet.
     *
     * @param item how the items of a list are called where the model does not say it
     */
    XmlWriter(String item) {
        this.item = item;
    }

    XmlWriter open(String element) {
        out.append('<').append(element).append('>');
        return this;
    }

    XmlWriter open(String element, String namespace) {
        out.append('<').append(element).append(" xmlns=\"").append(namespace).append("\">");
        return this;
    }

    XmlWriter close(String element) {
        out.append("</").append(element).append('>');
        return this;
    }

    XmlWriter text(String element, String text) {
        open(element);
        escape(text);
        return close(element);
    }

    /** The members of a response or of a structure in it. Absent members are left out; empty lists that were set are empty elements. */
    XmlWriter members(SdkPojo pojo) {
        for (SdkField<?> field : pojo.sdkFields()) {
            Object value = field.getValueOrDefault(pojo);
            if (value != null && !(value instanceof SdkAutoConstructList) && !(value instanceof SdkAutoConstructMap)) {
                value(field.unmarshallLocationName(), field, value);
            }
        }
        return this;
    }

    private void value(String element, SdkField<?> field, Object value) {
        switch (value) {
            case SdkPojo pojo -> open(element).members(pojo).close(element);
            case List<?> list -> list(element, field.getTrait(ListTrait.class), list);
            case Map<?, ?> _ -> throw new IllegalStateException("No action here answers with a map");
            case Instant instant -> text(element, Timestamps.text(instant));
            case SdkBytes bytes -> text(element, Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe()));
            default -> text(element, value.toString());
        }
    }

    private void list(String element, ListTrait trait, List<?> list) {
        if (list.isEmpty()) {
            out.append('<').append(element).append("/>");
            return;
        }
        String name = trait.memberLocationName() == null ? item : trait.memberLocationName();
        open(element);
        for (Object member : list) {
            value(name, trait.memberFieldInfo(), member);
        }
        close(element);
    }

    /** No more than must be: Java's own parser, under the AWS SDK, gives up on a document with more than 100,000 references. */
    private void escape(String text) {
        int length = text.length();
        int done = 0;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            String instead = null;
            if (c == '<') {
                instead = "&lt;";
            } else if (c == '&') {
                instead = "&amp;";
            } else if (c == '>' && i >= 2 && text.charAt(i - 1) == ']' && text.charAt(i - 2) == ']') {
                instead = "&gt;";
            } else if (c == '\r') {
                instead = "&#13;";
            } else if (c < 0x20 || c >= Character.MIN_SURROGATE) {
                boolean pair =
                        Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1));
                if (pair) {
                    i++;
                } else if (!isXml(c)) {
                    instead = "\uFFFD";
                }
            }
            if (instead != null) {
                out.append(text, done, i).append(instead);
                done = i + 1;
            }
        }
        out.append(text, done, length);
    }

    private static boolean isXml(char c) {
        return c == '\t' || c == '\n' || (c >= 0x20 && !Character.isSurrogate(c) && c < 0xFFFE);
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
