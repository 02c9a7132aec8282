package io.nephele.sandbox.standin.cdi;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.nephele.sandbox.standin.cdi.Contents.Received;
import io.nephele.sandbox.standin.cdi.DataVolume.ClaimRef;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** cdi-uploadproxy and the upload server behind it, with the codes and texts of recording c08. */
final class UploadProxy {

    static final String PATH = "/v1beta1/upload";

    private static final Logger LOG = LoggerFactory.getLogger(UploadProxy.class);
    private static final String SAVING = "Saving stream failed: ";
    private static final String BEARER = "Bearer ";
    private static final String ASYNC = PATH + "-async";
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final Cdi cdi;
    private final UploadTokens tokens;
    private final Contents contents;
    private final Duration patience;
    private final Consumer<String> queue;

    /** The claims that something is being uploaded to, by uid: one client at a time. */
    private final Set<String> busy = ConcurrentHashMap.newKeySet();

    /** What is answered; the body is plain text. */
    record Answer(int status, String body) {
        /** Nothing waits for data there, and nothing did within the time that a client is let wait. */
        static final Answer TOO_LATE = new Answer(503, "context deadline exceeded");
    }

    /**
     * Takes uploads.
     *
     * @param patience so long a client waits until the DataVolume is ready for him
     * @param queue is asked to work on a DataVolume when it has its data, by its key
     */
    UploadProxy(Cdi cdi, UploadTokens tokens, Contents contents, Duration patience, Consumer<String> queue) {
        this.cdi = cdi;
        this.tokens = tokens;
        this.contents = contents;
        this.patience = patience;
        this.queue = queue;
    }

    /**
     * Serves a request. With {@code HEAD} a client asks whether he could upload there; {@code /v1beta1/upload-async} answers as soon as everything has come.
     *
     * @param authorization the header, or null
     */
    Answer serve(String method, String path, @Nullable String authorization, InputStream body)
            throws IOException, InterruptedException {
        Answer answer = answer(method, path, authorization, body);
        // Many clients read no answer before they have sent everything.
        body.transferTo(OutputStream.nullOutputStream());
        return answer;
    }

    private Answer answer(String method, String path, @Nullable String authorization, InputStream body)
            throws IOException, InterruptedException {
        if (!path.equals(PATH) && !path.equals(ASYNC)) {
            return new Answer(404, "404 page not found\n");
        }
        if (authorization == null || !authorization.startsWith(BEARER)) {
            return new Answer(400, "");
        }
        ClaimRef target = tokens.verify(authorization.substring(BEARER.length()));
        if (target == null) {
            return new Answer(401, "");
        }
        if (method.equals("HEAD")) {
            return new Answer(200, "");
        }
        if (!method.equals("POST") && !method.equals("PUT")) {
            return new Answer(404, "");
        }
        if (cdi.claim(target.key()) == null) {
            return new Answer(503, "rejecting Upload Request for PVC " + target.name() + " that doesn&#39;t exist");
        }
        boolean ready = awaitReady(target);
        PersistentVolumeClaim claim = cdi.claim(target.key());
        if (!ready || claim == null) {
            return Answer.TOO_LATE;
        }
        return take(target.key(), claim, body, path.equals(ASYNC));
    }

    private Answer take(String key, PersistentVolumeClaim claim, InputStream body, boolean async)
            throws IOException, InterruptedException {
        if (!busy.add(claim.getMetadata().getUid())) {
            return new Answer(503, "");
        }
        boolean goesOn = false;
        try {
            if (contents.isUploaded(claim)) {
                // The DataVolume does not show it yet.
                return Answer.TOO_LATE;
            }
            Received received = contents.receive(claim, body);
            if (!async) {
                return process(key, received);
            }
            Thread.startVirtualThread(() -> processLater(key, claim, received));
            goesOn = true;
            return new Answer(200, "");
        } catch (IOException e) {
            return new Answer(500, SAVING + e.getMessage());
        } finally {
            if (!goesOn) {
                busy.remove(claim.getMetadata().getUid());
            }
        }
    }

    private void processLater(String key, PersistentVolumeClaim claim, Received received) {
        try {
            Answer answer = process(key, received);
            if (answer.status() != 200) {
                LOG.info("The upload into {} came to nothing: {}", key, answer.body());
            }
        } catch (IOException | InterruptedException e) {
            LOG.warn("The upload into {} came to nothing", key, e);
        } finally {
            busy.remove(claim.getMetadata().getUid());
        }
    }

    private Answer process(String key, Received received) throws IOException, InterruptedException {
        String refusal = received.process();
        if (refusal != null) {
            return new Answer(400, SAVING + refusal);
        }
        queue.accept(key);
        return new Answer(200, "");
    }

    private boolean awaitReady(ClaimRef target) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            DataVolume dataVolume = cdi.dataVolume(target.key());
            if (dataVolume != null && dataVolume.phase().equals("UploadReady")) {
                return true;
            }
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(LOOK_AGAIN);
        }
    }
}
