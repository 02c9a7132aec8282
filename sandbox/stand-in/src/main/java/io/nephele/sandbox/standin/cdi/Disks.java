package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.nephele.sandbox.standin.Steps;
import io.nephele.sandbox.standin.cdi.Source.Failure;
import io.nephele.sandbox.standin.storage.BadImage;
import io.nephele.sandbox.standin.storage.DiskStore;
import io.nephele.sandbox.standin.storage.Volume;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every claim has a disk, which is there before the claim is bound. What takes time is done behind; after a restart of the stand-in it begins anew. */
final class Disks implements Contents {

    private static final Logger LOG = LoggerFactory.getLogger(Disks.class);

    private final DiskStore store;
    private final Source source;
    private final Cdi cdi;
    private final Duration interval;
    private final Steps steps;
    private final Consumer<String> queue;

    /** By the uid of the claim. */
    private final Map<String, Filling> fillings = new ConcurrentHashMap<>();

    private volatile boolean closed;

    /**
     * Keeps them in a store.
     *
     * @param interval how often progress is told
     * @param queue is asked to work on a DataVolume again, by its key
     */
    Disks(DiskStore store, Source source, Cdi cdi, Duration interval, Steps steps, Consumer<String> queue) {
        this.store = store;
        this.source = source;
        this.cdi = cdi;
        this.interval = interval;
        this.steps = steps;
        this.queue = queue;
    }

    @Override
    public Progress fetch(DataVolume dataVolume, PersistentVolumeClaim claim) {
        Failure fault = Source.fault(dataVolume.annotation(Annotations.FAULT), Claims.bytes(claim));
        if (fault != null) {
            cancel(claim);
            return new Progress.Failed(fault);
        }
        JsonNode from = dataVolume.spec().path("source");
        return filling(dataVolume, claim, percent -> {
            if (!from.has("blank")) {
                return fetch(from, claim, percent);
            }
            store.create(Volume.of(claim));
            return null;
        });
    }

    private @Nullable Failure fetch(JsonNode from, PersistentVolumeClaim claim, DoubleConsumer percent)
            throws IOException, InterruptedException {
        Path image = Files.createTempFile(store.scratch(), "import-", ".image");
        try {
            Failure failure = source.fetch(from, image, Claims.bytes(claim), percent);
            return failure == null ? fill(claim, image) : failure;
        } finally {
            Files.deleteIfExists(image);
        }
    }

    /** Makes an image file the contents of a claim; null if all is well. */
    private @Nullable Failure fill(PersistentVolumeClaim claim, Path image) throws InterruptedException {
        try {
            store.fill(Volume.of(claim), image, Claims.bytes(claim));
            return null;
        } catch (BadImage e) {
            String text = String.valueOf(e.getMessage());
            return e.isTooLarge() ? Failure.tooSmall(text) : Failure.toProcess(text);
        } catch (IOException e) {
            // It has another name in an importer pod.
            return Failure.toProcess(String.valueOf(e.getMessage()).replace(image.toString(), Source.SCRATCH_FILE));
        }
    }

    @Override
    public Received receive(PersistentVolumeClaim claim, InputStream body) throws IOException {
        Path image = Files.createTempFile(store.scratch(), "upload-", ".image");
        try {
            Source.save(body, image, Claims.bytes(claim));
        } catch (IOException | RuntimeException e) {
            Files.delete(image);
            throw e;
        }
        return () -> {
            try {
                Failure failure = fill(claim, image);
                deleteIfGone(claim);
                return failure == null ? null : Source.refusal(failure);
            } finally {
                Files.deleteIfExists(image);
            }
        };
    }

    @Override
    public boolean isUploaded(PersistentVolumeClaim claim) {
        return store.holds(Volume.of(claim));
    }

    @Override
    public Progress copy(DataVolume dataVolume, PersistentVolumeClaim claim, PersistentVolumeClaim original) {
        return filling(dataVolume, claim, _ -> {
            store.clone(Volume.of(original), Volume.of(claim));
            return null;
        });
    }

    /** Where the filling of a claim is; it is begun if this is a new run. Without a populator a claim has an empty disk before. */
    private Progress filling(DataVolume dataVolume, PersistentVolumeClaim claim, Filling.Task task) {
        String uid = claim.getMetadata().getUid();
        boolean unfilled = Claims.isBound(claim) && !dataVolume.isPopulated();
        if (!unfilled && store.holds(Volume.of(claim))) {
            // Also if what is known of the DataVolume is old: nobody replaces a disk that may be in use.
            return Progress.DONE;
        }
        Filling known = fillings.get(uid);
        if (known == null || known.run() != dataVolume.restarts()) {
            cancel(claim);
            String key = dataVolume.key();
            known = new Filling(dataVolume.restarts(), interval, () -> queue.accept(key), percent -> {
                Failure failure = task.run(percent);
                deleteIfGone(claim);
                return failure;
            });
            fillings.put(uid, known.start());
            if (closed) {
                cancel(claim);
            }
        }
        Progress progress = known.progress();
        boolean ended = progress instanceof Progress.Done || progress instanceof Progress.Failed;
        boolean tooEarly =
                !ended && !steps.due(dataVolume.uid(), dataVolume.key(), "Progress " + dataVolume.progress(), interval);
        return tooEarly ? Progress.WAITING : progress;
    }

    @Override
    public void provide(PersistentVolumeClaim claim) {
        if (!store.holds(Volume.of(claim))) {
            uninterrupted(() -> {
                store.create(Volume.of(claim));
                deleteIfGone(claim);
            });
        }
    }

    @Override
    public void grow(PersistentVolumeClaim claim) {
        uninterrupted(() -> store.grow(Volume.of(claim)));
    }

    @Override
    public void forget(PersistentVolumeClaim claim) {
        fillings.remove(claim.getMetadata().getUid());
    }

    @Override
    public void remove(PersistentVolumeClaim claim) {
        Thread.startVirtualThread(() -> {
            try {
                cancel(claim);
                store.delete(Volume.of(claim));
            } catch (IOException e) {
                LOG.warn("The disk of {} is left until the next start", Volume.name(claim), e);
            }
        });
    }

    @Override
    public void retain(List<PersistentVolumeClaim> claims) {
        uninterrupted(() -> store.retain(claims.stream().map(Volume::name).collect(Collectors.toSet())));
    }

    @Override
    public void close() {
        closed = true;
        fillings.values().forEach(filling -> uninterrupted(filling::cancel));
    }

    private void cancel(PersistentVolumeClaim claim) {
        Filling filling = fillings.remove(claim.getMetadata().getUid());
        if (filling != null) {
            uninterrupted(filling::cancel);
        }
    }

    /** A claim can go just when its disk comes. */
    private void deleteIfGone(PersistentVolumeClaim claim) throws IOException {
        var metadata = claim.getMetadata();
        PersistentVolumeClaim present = cdi.claim(metadata.getNamespace() + "/" + metadata.getName());
        if (present == null || !present.getMetadata().getUid().equals(metadata.getUid())) {
            store.delete(Volume.of(claim));
        }
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    /** The threads of the queue are never interrupted; what fails there is tried again. */
    private static void uninterrupted(Work work) {
        try {
            work.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
