package io.nephele.apiserver.action;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiltersTest {

    @ParameterizedTest
    @CsvSource({
        "web, web, true",
        "web, Web, false",
        "w*, web, true",
        "*, '', true",
        "w?b, web, true",
        "w?b, wb, false",
        "'w\\*', web, false",
        "'w\\*', 'w*', true",
        "'a.c', abc, false",
        "'[a]*', '[a]b', true",
    })
    void starsAndQuestionMarksStandForCharacters(String value, String text, boolean matches) {
        assertThat(Filters.pattern(value).test(text)).isEqualTo(matches);
    }
}
