package io.nephele.operator.admission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.operator.Settings;
import io.quarkus.arc.All;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SSLOptions;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * What the API server calls before it writes: {@code /complete} fills in, {@code /validate} allows or refuses. Every replica answers, whoever leads. It is ready when it listens with a
 * certificate that the API server has been told to trust.
 */
@Readiness
@Singleton
class AdmissionServer implements HealthCheck {

    private static final Logger LOG = Logger.getLogger(AdmissionServer.class);
    private static final int MAX_BODY = 8 << 20;
    private static final int CHECK_SECONDS = 60;
    private static final int RETRY_SECONDS = 2;

    private final Settings settings;
    private final Vertx vertx;
    private final Reviews reviews;
    private final WebhookCertificate certificate;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean closed;
    private volatile boolean ready;

    AdmissionServer(Settings settings, Vertx vertx, @All List<Rule> rules, WebhookCertificate certificate) {
        this.settings = settings;
        this.vertx = vertx;
        this.reviews = new Reviews(rules);
        this.certificate = certificate;
    }

    void start(@Observes StartupEvent event) {
        if (settings.webhook().enabled()) {
            executor.execute(this::keepServing);
        } else {
            ready = true;
        }
    }

    /** Listens as soon as there is a certificate, and takes the new one when it was replaced. */
    private void keepServing() {
        HttpServer server = null;
        String served = null;
        while (!closed) {
            int pause = CHECK_SECONDS;
            try {
                WebhookCertificate.Pair pair = certificate.current();
                if (server == null) {
                    server = listen(pair);
                } else if (!pair.certificate().equals(served)) {
                    server.updateSSLOptions(new SSLOptions().setKeyCertOptions(pair.options()))
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS);
                    LOG.info("The webhooks have a new certificate");
                }
                served = pair.certificate();
                ready = true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception e) {
                LOG.warnf("The webhooks' certificate: %s", e.getMessage());
                pause = RETRY_SECONDS;
            }
            try {
                TimeUnit.SECONDS.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private HttpServer listen(WebhookCertificate.Pair pair) throws Exception {
        return vertx.createHttpServer(new HttpServerOptions()
                        .setHost(settings.webhook().host())
                        .setPort(settings.webhook().port())
                        .setSsl(true)
                        .setKeyCertOptions(pair.options()))
                .requestHandler(this::receive)
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private void receive(HttpServerRequest request) {
        var body = Buffer.buffer();
        request.handler(chunk -> {
            if (body.length() <= MAX_BODY) {
                body.appendBuffer(chunk);
            }
        });
        request.endHandler(_ -> executor.execute(() -> answer(request, body)));
    }

    private void answer(HttpServerRequest request, Buffer body) {
        try {
            JsonNode review = body.length() > MAX_BODY ? null : Json.MAPPER.readTree(body.getBytes());
            ObjectNode response = switch (String.valueOf(request.path())) {
                case "/complete" -> review == null ? null : reviews.complete(review);
                case "/validate" -> review == null ? null : reviews.validate(review);
                default -> null;
            };
            if (response == null) {
                request.response().setStatusCode(404).end();
            } else {
                request.response().putHeader("Content-Type", "application/json").end(response.toString());
            }
        } catch (JsonProcessingException e) {
            request.response().setStatusCode(400).end("This is not JSON");
        } catch (Exception e) {
            LOG.warnf(e, "A review failed");
            // The API server goes by the webhook's failure policy: what grows is refused, all else goes on.
            request.response().setStatusCode(500).end(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("webhooks").status(ready).build();
    }

    @PreDestroy
    void close() {
        closed = true;
        executor.shutdownNow();
    }
}
