package io.nephele.crds.project;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A kind of which it is kept who did what with it and when, beside its spec and its status.
 *
 * @param <S> the spec
 * @param <T> the status
 */
public abstract class Recorded<S, T> extends CustomResource<S, T> {

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @Size(max = HistoryEntry.KEPT) private List<HistoryEntry> history = List.of();

    /** Who did what and when, the latest last. */
    public List<HistoryEntry> getHistory() {
        return history;
    }

    public void setHistory(@Nullable List<HistoryEntry> history) {
        this.history = history == null ? List.of() : history;
    }
}
