package io.nephele.sandbox.standin.cdi;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.nephele.sandbox.standin.cdi.Source.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is in claims: nothing in a simulated cloud, a disk where guests are real. */
interface Contents extends AutoCloseable {

    /** How far the work on the contents of a claim is. Whoever asks is asked to work on the DataVolume again when there is more to say. */
    sealed interface Progress {
        record Waiting() implements Progress {}

        record Running(double percent) implements Progress {}

        record Done() implements Progress {}

        record Failed(Failure failure) implements Progress {}

        Progress WAITING = new Waiting();
        Progress DONE = new Done();
    }

    /** Fills a claim from outside, or with nothing. What has failed is tried once more for each restart of the DataVolume. */
    Progress fetch(DataVolume dataVolume, PersistentVolumeClaim claim);

    /** Fills a claim from another one. */
    Progress copy(DataVolume dataVolume, PersistentVolumeClaim claim, PersistentVolumeClaim original);

    /** What was uploaded for a claim, all of it, and is not in the claim yet. */
    interface Received {

        /** Makes it the contents of the claim. If that cannot be, says why in CDI's words. */
        @Nullable String process() throws IOException, InterruptedException;
    }

    /** Takes what is uploaded for a claim. */
    Received receive(PersistentVolumeClaim claim, InputStream body) throws IOException;

    /** Whether something was uploaded for a claim and is its contents now. */
    boolean isUploaded(PersistentVolumeClaim claim);

    /** Gives a claim that nobody fills what it needs to be used. */
    void provide(PersistentVolumeClaim claim);

    /** Gives a claim the size that it asks for by now. */
    void grow(PersistentVolumeClaim claim);

    /** What is remembered of a claim's filling is not needed any more. */
    void forget(PersistentVolumeClaim claim);

    /** A claim is gone. */
    void remove(PersistentVolumeClaim claim);

    /** These are all the claims there are. */
    void retain(List<PersistentVolumeClaim> claims);

    @Override
    void close();
}
