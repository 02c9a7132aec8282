package io.nephele.apiserver.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.nephele.apiserver.protocol.AwsException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Tag;

class FiltersTest {

    private record Thing(String name, int size, Instant made, List<Tag> tags) {}

    private static final Filters<Thing> FILTERS = new Filters<Thing>()
            .on("name", Thing::name)
            .onValue("size", Thing::size)
            .onTime("made", Thing::made)
            .onTags(Thing::tags)
            .onNothing("owner");

    private static final Thing WEB =
            new Thing("web", 8, Instant.parse("2026-01-31T12:00:00Z"), List.of(tag("Name", "front"), tag("a:b", "")));
    private static final Thing DB =
            new Thing("db", 80, Instant.parse("2026-02-01T00:00:00.120Z"), List.of(tag("Name", "back")));

    @ParameterizedTest
    @CsvSource({
        "web, web, true",
        "web, Web, false",
        "w*, web, true",
        "*, '', true",
        "**, abc, true",
        "'', '', true",
        "?, '', false",
        "w?b, web, true",
        "w?b, wb, false",
        "*b, bab, true",
        "*ab, aab, true",
        "*a*b*, xxaxxbxx, true",
        "*a*b*, xxbxxaxx, false",
        "'w\\*', web, false",
        "'w\\*', 'w*', true",
        "'w\\?*', 'w?eb', true",
        "'a\\\\*', 'a\\b', true",
        "'a\\', 'a\\', true",
        "'a.c', abc, false",
        "'[a]*', '[a]b', true",
        "'a?c', 'a\uD83D\uDE00c', true",
        "'a*c', 'a\nc', true",
    })
    void starsAndQuestionMarksStandForCharacters(String value, String text, boolean matches) {
        assertThat(Glob.of(value).test(text)).isEqualTo(matches);
    }

    @Test
    void aValueThatIsAllStarsTakesNoLongerThanAnother() {
        String value = "*a".repeat(120) + "*b";
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThat(Glob.of(value).test("a".repeat(256))).isFalse());
    }

    @Test
    void filtersMustAllMatchAndOfTheValuesOfOneAny() {
        assertThat(found(filter("name", "web", "db"))).containsExactly("web", "db");
        assertThat(found(filter("name", "web", "db"), filter("size", "80"))).containsExactly("db");
        assertThat(found(filter("size", "8"), filter("size", "80"))).isEmpty();
        assertThat(found()).containsExactly("web", "db");
    }

    @Test
    void tagsAreFoundByKeyAndByKeyAndValue() {
        assertThat(found(filter("tag:Name", "front", "side"))).containsExactly("web");
        assertThat(found(filter("tag:a:b", ""))).containsExactly("web");
        assertThat(found(filter("tag:name", "*"))).isEmpty();
        assertThat(found(filter("tag-key", "a:*"))).containsExactly("web");
    }

    @Test
    void momentsMatchAsTheyAreWritten() {
        assertThat(found(filter("made", "2026-01-31T12:00:00.000Z"))).containsExactly("web");
        assertThat(found(filter("made", "2026-02-01*"))).containsExactly("db");
    }

    @Test
    void aNameOfSomethingThatNothingHasMatchesNothingAndAnUnknownNameIsRefused() {
        assertThat(found(filter("owner", "*"))).isEmpty();
        assertRefused("InvalidParameterValue", filter("nonsense", "a"));
        assertRefused("InvalidParameterValue", filter("tag:", "a"));
        assertRefused("InvalidParameterValue", filter("Name", "a"));
        assertRefused("InvalidParameterValue", filter("name"));
        assertRefused("MissingParameter", Filter.builder().values("a").build());
    }

    @Test
    void aFilterHasAtMostTwoHundredValues() {
        String[] values = Collections.nCopies(200, "web").toArray(String[]::new);
        assertThat(found(filter("name", values))).containsExactly("web");
        String[] more = Collections.nCopies(201, "web").toArray(String[]::new);
        assertRefused("FilterLimitExceeded", filter("name", more));
    }

    private static List<String> found(Filter... filters) {
        return Stream.of(WEB, DB)
                .filter(FILTERS.of(List.of(filters)))
                .map(Thing::name)
                .toList();
    }

    private static void assertRefused(String code, Filter filter) {
        assertThatThrownBy(() -> FILTERS.of(List.of(filter)))
                .isInstanceOfSatisfying(
                        AwsException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static Filter filter(String name, String... values) {
        return Filter.builder().name(name).values(values).build();
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }
}
