package io.nephele.apiserver.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nephele.apiserver.protocol.AwsException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PageTest {

    private final TreeSet<String> keys = new TreeSet<>(
            IntStream.range(0, 23).mapToObj(i -> "k" + (char) ('a' + i)).toList());

    @Test
    void pagesTogetherAreTheWholeAndTheLastHasNoToken() {
        assertThat(all(5, _ -> {})).containsExactlyElementsOf(keys);
        assertThat(all(23, _ -> {})).containsExactlyElementsOf(keys);
        assertThat(page(23, null).nextToken()).isNull();
        assertThat(page(null, null).items()).hasSize(23);
    }

    @Test
    void whatComesAndGoesBetweenPagesMovesNothingElse() {
        List<String> seen = all(5, last -> {
            keys.remove(last);
            keys.add("a-new");
            keys.add("z-new");
        });
        assertThat(seen).doesNotHaveDuplicates().contains("z-new").doesNotContain("a-new");
        assertThat(seen).hasSize(24);
    }

    @Test
    void sizesOutOfRangeAndTokensOfSomebodyElseAreRefused() {
        assertRefused("InvalidParameterValue", 4, null);
        assertRefused("InvalidParameterValue", 1001, null);
        assertRefused("InvalidPaginationToken", 5, "nonsense");
        assertRefused("InvalidPaginationToken", 5, "");
        assertThatThrownBy(() -> new Page.Bounds(5, null, 5, 1000).notWith(List.of("i-1")))
                .isInstanceOfSatisfying(
                        AwsException.class, e -> assertThat(e.code()).isEqualTo("InvalidParameterCombination"));
    }

    private void assertRefused(String code, Integer max, @Nullable String token) {
        assertThatThrownBy(() -> page(max, token))
                .isInstanceOfSatisfying(
                        AwsException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private List<String> all(int max, java.util.function.Consumer<String> between) {
        var seen = new ArrayList<String>();
        String token = null;
        do {
            Page<String> page = page(max, token);
            seen.addAll(page.items());
            token = page.nextToken();
            between.accept(seen.getLast());
        } while (token != null);
        return seen;
    }

    private Page<String> page(@Nullable Integer max, @Nullable String token) {
        return Page.of(keys.stream(), Function.identity(), new Page.Bounds(max, token, 5, 1000));
    }
}
