package io.nephele.operator;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.nephele.crds.HasConditions;
import io.nephele.crds.Nephele;
import io.nephele.operator.admission.Verdict;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** How the operator writes: applied by one field manager, created once, deleted without complaint if it is gone. */
@ApplicationScoped
public class Writes {

    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(Nephele.FIELD_MANAGER)
            .withForce(true)
            .build();

    private static final int FAILURES_UNTOLD = 3;

    private static final Logger LOG = Logger.getLogger(Writes.class);

    private final KubernetesClient client;
    private final Clock clock;

    public Writes(KubernetesClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    public KubernetesClient client() {
        return client;
    }

    /** Server-side apply of the fields that are set, whoever held them before. */
    public <T extends HasMetadata> T apply(T object) {
        return client.resource(object)
                .fieldManager(Nephele.FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply();
    }

    /**
     * Server-side apply of a status, if it differs from what stands there. Whoever gets as far as this is stalled no more.
     *
     * @param empty of the kind, to be filled
     * @param seen as it was when it was looked at
     */
    public <T, S extends HasConditions<S>, R extends CustomResource<T, S>> void report(
            R empty, R seen, S status, Context<R> context) {
        write(empty, seen, Conditions.notStalled(status), context);
    }

    /** The cache is told, so that the next look sees it: one that is made before the watch has brought it would do again what it says is done. */
    private <T, S, R extends CustomResource<T, S>> void write(R empty, R seen, S status, Context<R> context) {
        if (status.equals(seen.getStatus())) {
            return;
        }
        empty.setMetadata(new ObjectMetaBuilder()
                .withName(seen.getMetadata().getName())
                .withNamespace(seen.getMetadata().getNamespace())
                .build());
        empty.setStatus(status);
        R written = client.resource(empty).subresource("status").patch(APPLY);
        context.eventSourceRetriever()
                .getControllerEventSource()
                .handleRecentResourceUpdate(ResourceID.fromResource(seen), written, seen);
    }

    /**
     * Tells of a failure that lasts, with an event when it begins. The first ones in a row are not told: most are a conflict or a restart, and over by then. What the status says
     * otherwise stays as it is: decisions go by it.
     *
     * @param none the status of an object that has none yet
     */
    public <S extends HasConditions<S>, T, R extends CustomResource<T, S>> ErrorStatusUpdateControl<R> failed(
            R empty, R seen, S none, Context<R> context, Exception failure) {
        boolean lasts = context.getRetryInfo()
                .map(retry -> retry.getAttemptCount() >= FAILURES_UNTOLD)
                .orElse(false);
        if (lasts) {
            S status = seen.getStatus() == null ? none : seen.getStatus();
            String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
            if (!Conditions.isTrue(status.conditions(), Conditions.STALLED)) {
                event(seen, "Warning", Conditions.API_FAILURE, message);
            }
            write(empty, seen, Conditions.stalled(status, seen, message, clock.instant()), context);
        }
        return ErrorStatusUpdateControl.noStatusUpdate();
    }

    /** Creates an object; says whether it was there already. */
    public boolean create(HasMetadata object) {
        try {
            client.resource(object).create();
            return false;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return true;
            }
            throw e;
        }
    }

    /** Deletes in the background. */
    public void delete(Class<? extends HasMetadata> type, String namespace, String name) {
        client.resources(type).inNamespace(namespace).withName(name).delete();
    }

    /** A request that will be refused again however often it is made: KubeVirt's CRDs answer an unknown field with 500. */
    public static boolean isPermanent(KubernetesClientException e) {
        int code = e.getCode();
        String message = e.getMessage() == null ? "" : e.getMessage();
        return code == 422
                || code == HttpURLConnection.HTTP_BAD_REQUEST
                || (code == 500 && message.contains("failed to create typed patch object"));
    }

    /** What the project's quota has against a write, or null if the refusal is of another kind. */
    public static @Nullable String quotaExcess(KubernetesClientException e) {
        Status status = e.getStatus();
        return status == null
                        || status.getDetails() == null
                        || status.getDetails().getCauses() == null
                ? null
                : status.getDetails().getCauses().stream()
                        .filter(cause -> Verdict.Exceeded.REASON.equals(cause.getReason()))
                        .map(StatusCause::getMessage)
                        .findFirst()
                        .orElse(null);
    }

    /** Records an event; that it could not be recorded is logged and nothing more. */
    public void event(HasMetadata about, String type, String reason, String message) {
        ObjectMeta metadata = about.getMetadata();
        String namespace = metadata.getNamespace() == null ? "default" : metadata.getNamespace();
        String now = Conditions.timestamp(clock.instant());
        var event = new EventBuilder()
                .withNewMetadata()
                .withGenerateName(metadata.getName() + ".")
                .withNamespace(namespace)
                .withAnnotations(requestId(metadata))
                .endMetadata()
                .withType(type)
                .withReason(reason)
                .withMessage(message)
                .withNewInvolvedObject()
                .withApiVersion(about.getApiVersion())
                .withKind(about.getKind())
                .withName(metadata.getName())
                .withNamespace(metadata.getNamespace())
                .withUid(metadata.getUid())
                .endInvolvedObject()
                .withNewSource()
                .withComponent("nephele-operator")
                .endSource()
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .build();
        try {
            client.v1().events().inNamespace(namespace).resource(event).create();
        } catch (KubernetesClientException e) {
            LOG.debugf("No event about %s/%s: %s", namespace, metadata.getName(), e.getMessage());
        }
    }

    /** The request that has written the object last, if it came through the facade: by it the event is found in its audit log. */
    private static Map<String, String> requestId(ObjectMeta metadata) {
        String id = metadata.getAnnotations() == null
                ? null
                : metadata.getAnnotations().get(Nephele.ANNOTATION_REQUEST_ID);
        return id == null ? Map.of() : Map.of(Nephele.ANNOTATION_REQUEST_ID, id);
    }
}
