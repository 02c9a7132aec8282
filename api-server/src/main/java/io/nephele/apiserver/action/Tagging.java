package io.nephele.apiserver.action;

import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.Tags;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** Tags between AWS's lists and the maps of our objects, with AWS's rules. */
public final class Tagging {

    private Tagging() {}

    /** The tags for one resource type, or null if there are none. All resource types named must be among those allowed. */
    public static @Nullable Map<String, String> of(
            List<TagSpecification> specifications, String type, Set<String> allowed) {
        var tags = new TreeMap<String, String>();
        for (TagSpecification specification : specifications) {
            String named = specification.resourceTypeAsString();
            if (named == null) {
                throw AwsException.missing("TagSpecification.ResourceType");
            }
            if (!allowed.contains(named)) {
                throw AwsException.invalidValue(
                        "'" + named + "' is not a valid taggable resource type for this operation.");
            }
            if (named.equals(type) && !tags.isEmpty()) {
                throw AwsException.invalidValue("Duplicate TagSpecification for the resource type '" + type + "'.");
            }
            if (named.equals(type)) {
                tags.putAll(map(specification.tags()));
            }
        }
        return tags.isEmpty() ? null : check(tags);
    }

    /** A list of tags as a map. */
    public static Map<String, String> map(List<Tag> tags) {
        var map = new TreeMap<String, String>();
        for (Tag tag : tags) {
            if (tag.key() == null || tag.key().isEmpty()) {
                throw AwsException.invalidValue("Tag key can't be empty.");
            }
            if (map.put(tag.key(), tag.value() == null ? "" : tag.value()) != null) {
                throw AwsException.invalidValue("Duplicate tag key '" + tag.key() + "' specified.");
            }
        }
        return map;
    }

    /** Refuses what AWS refuses. */
    public static Map<String, String> check(Map<String, String> tags) {
        if (tags.size() > Tags.MAX) {
            throw AwsException.of("TagLimitExceeded", "The maximum number of tags for a resource is " + Tags.MAX + ".");
        }
        tags.forEach((key, value) -> {
            if (key.regionMatches(true, 0, "aws:", 0, 4)) {
                throw AwsException.invalidValue("Tag keys starting with 'aws:' are reserved for internal use");
            }
            if (key.length() > Tags.MAX_KEY) {
                throw AwsException.invalidValue(
                        "Tag key exceeds the maximum length of " + Tags.MAX_KEY + " characters");
            }
            if (value.length() > Tags.MAX_VALUE) {
                throw AwsException.invalidValue(
                        "Tag value exceeds the maximum length of " + Tags.MAX_VALUE + " characters");
            }
        });
        return tags;
    }

    /** As a response has them. */
    public static List<Tag> list(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(tag ->
                        Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList();
    }
}
