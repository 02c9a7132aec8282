package io.nephele.sandbox.standin.cdi;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.nephele.sandbox.standin.Steps;
import io.nephele.sandbox.standin.cdi.Source.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Nothing is kept, so there may be thousands of claims: only the server of an image is really asked. All else takes the time it is said to take. */
final class Simulated implements Contents {

    private final Source source;
    private final Timings timings;
    private final Steps steps;

    /** In which run it was found that the image can be had, by the uid of the claim. */
    private final Map<String, Integer> checked = new ConcurrentHashMap<>();

    /** What was uploaded to, by uid. */
    private final Set<String> uploaded = ConcurrentHashMap.newKeySet();

    Simulated(Source source, Timings timings, Steps steps) {
        this.source = source;
        this.timings = timings;
        this.steps = steps;
    }

    @Override
    public Progress fetch(DataVolume dataVolume, PersistentVolumeClaim claim) {
        int run = dataVolume.restarts();
        String step = "Transfer " + run + " " + dataVolume.progress();
        if (!steps.due(dataVolume.uid(), dataVolume.key(), step, timings.progress())) {
            return Progress.WAITING;
        }
        String fault = dataVolume.annotation(Annotations.FAULT);
        boolean going = checked.getOrDefault(uid(claim), -1) == run;
        if (!going || fault.equals("crash")) {
            Failure failure = source.transfer(dataVolume.spec().path("source"), fault, Claims.bytes(claim));
            if (failure != null) {
                return new Progress.Failed(failure);
            }
            checked.put(uid(claim), run);
        }
        double percent = 100.0
                * timings.progress().toMillis()
                / Math.max(1, timings.transfer().toMillis());
        // After a restart it begins anew: what is told goes backwards.
        double next = going ? dataVolume.percent() + percent : percent / (1 + run);
        return dataVolume.hasSource("blank") || next >= 100 ? Progress.DONE : new Progress.Running(next);
    }

    @Override
    public Progress copy(DataVolume dataVolume, PersistentVolumeClaim claim, PersistentVolumeClaim original) {
        return steps.due(dataVolume.uid(), dataVolume.key(), "Copied", timings.copy())
                ? Progress.DONE
                : Progress.WAITING;
    }

    @Override
    public Received receive(PersistentVolumeClaim claim, InputStream body) throws IOException {
        Failure failure = Source.verify("", body, Claims.bytes(claim));
        body.transferTo(OutputStream.nullOutputStream());
        return () -> {
            if (failure != null) {
                return Source.refusal(failure);
            }
            uploaded.add(uid(claim));
            return null;
        };
    }

    @Override
    public boolean isUploaded(PersistentVolumeClaim claim) {
        return uploaded.contains(uid(claim));
    }

    @Override
    public void provide(PersistentVolumeClaim claim) {}

    @Override
    public void grow(PersistentVolumeClaim claim) {}

    @Override
    public void forget(PersistentVolumeClaim claim) {
        checked.remove(uid(claim));
        uploaded.remove(uid(claim));
    }

    @Override
    public void remove(PersistentVolumeClaim claim) {
        forget(claim);
    }

    @Override
    public void retain(List<PersistentVolumeClaim> claims) {}

    @Override
    public void close() {}

    private static String uid(PersistentVolumeClaim claim) {
        return claim.getMetadata().getUid();
    }
}
