package io.nephele.apiserver;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.nephele.apiserver.action.Actions;
import io.nephele.apiserver.audit.AuditLog;
import io.nephele.apiserver.audit.SourceAddress;
import io.nephele.apiserver.audit.Trail;
import io.nephele.apiserver.auth.Authenticator;
import io.nephele.apiserver.auth.Caller;
import io.nephele.apiserver.auth.HttpCall;
import io.nephele.apiserver.auth.Signature;
import io.nephele.apiserver.kube.AsUser;
import io.nephele.apiserver.kube.Cluster;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.apiserver.protocol.Codec;
import io.nephele.apiserver.protocol.Dialect;
import io.nephele.apiserver.protocol.Parameters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** The one door: takes a request in raw, has it authenticated, carried out and answered. Whatever goes wrong, the answer is XML that AWS clients understand. */
@Singleton
class Gateway {

    private static final Logger LOG = Logger.getLogger(Gateway.class);
    private static final int MAX_BODY = 1 << 20;
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.RFC_1123_DATE_TIME;

    private final Cluster cluster;
    private final Authenticator authenticator;
    private final Actions actions;
    private final SourceAddress sourceAddress;
    private final AuditLog audit;
    private final MeterRegistry registry;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    Gateway(
            Cluster cluster,
            Authenticator authenticator,
            Actions actions,
            SourceAddress sourceAddress,
            AuditLog audit,
            MeterRegistry registry) {
        this.cluster = cluster;
        this.authenticator = authenticator;
        this.actions = actions;
        this.sourceAddress = sourceAddress;
        this.audit = audit;
        this.registry = registry;
    }

    void routes(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(context -> receive(context.request()));
    }

    private void receive(HttpServerRequest request) {
        var body = Buffer.buffer();
        request.exceptionHandler(e -> LOG.debugf(e, "A client has gone in the middle of its request"));
        request.handler(chunk -> {
            if (body.length() <= MAX_BODY) {
                body.appendBuffer(chunk);
            }
        });
        request.endHandler(_ -> executor.execute(() -> answer(request, body)));
    }

    /** An answer on its way out. */
    private record Answer(int status, String xml, String action, String outcome) {}

    private void answer(HttpServerRequest request, Buffer body) {
        String requestId = UUID.randomUUID().toString();
        long started = System.nanoTime();
        var trail = new Trail(
                requestId,
                sourceAddress.of(
                        request.remoteAddress() == null
                                ? null
                                : request.remoteAddress().hostAddress(),
                        request.headers().getAll("X-Forwarded-For")),
                request.getHeader("User-Agent"));
        Answer answer = handle(request, body, trail);
        audit.write(trail, answer.outcome());
        Timer.builder("nephele.requests")
                .description("Requests to the facade")
                .tag("action", answer.action())
                .tag("outcome", answer.outcome())
                .register(registry)
                .record(System.nanoTime() - started, TimeUnit.NANOSECONDS);
        HttpServerResponse response = request.response();
        response.setStatusCode(answer.status())
                .putHeader("Content-Type", "text/xml;charset=UTF-8")
                .putHeader("Date", HTTP_DATE.format(ZonedDateTime.now(ZoneOffset.UTC)))
                .putHeader("x-amzn-RequestId", requestId);
        if (body.length() > MAX_BODY && request.version() == HttpVersion.HTTP_1_1) {
            response.putHeader("Connection", "close");
        }
        if (request.method().name().equals("HEAD")) {
            response.end();
        } else {
            response.end(answer.xml());
        }
    }

    private Answer handle(HttpServerRequest request, Buffer body, Trail trail) {
        Dialect dialect = Dialect.EC2;
        String action = "none";
        try {
            if (body.length() > MAX_BODY) {
                throw AwsException.of(
                        413, "RequestEntityTooLarge", "The request is larger than " + MAX_BODY + " bytes");
            }
            if (!cluster.isReady()) {
                throw AwsException.of(503, "Unavailable", "The facade is starting: try again");
            }
            HttpCall call = call(request, body);
            dialect = Dialect.ofService(Signature.claimedService(call));
            checkTarget(call);
            var parameters = new Parameters(call.query(), call.method().equals("POST") ? form(call) : null);
            String name = parameters.get("Action");
            boolean open = name != null && !Signature.isPresent(call) && actions.isOpen(Dialect.STS, name);
            if (open) {
                dialect = Dialect.STS;
            }
            if (name != null && dialect.knows(name)) {
                trail.asks(name, "true".equalsIgnoreCase(parameters.get("DryRun")));
            }
            Caller caller = open ? Caller.NOBODY : authenticate(call, trail);
            if (dialect == Dialect.OTHER) {
                throw AwsException.unsupported("There are EC2, STS and IAM in this cloud, and no other service.");
            }
            if (name == null || name.isEmpty()) {
                throw AwsException.of("MissingAction", "The request must contain the parameter Action");
            }
            action = actions.isImplemented(dialect, name) ? name : "unknown";
            String xml = actions.call(dialect, name, parameters, caller, trail, endpoint(call));
            return new Answer(200, xml, action, "ok");
        } catch (AwsException e) {
            return refusal(dialect, e, trail, action);
        } catch (KubernetesClientException e) {
            // Without its message, which may have in it what was sent.
            LOG.warnf("%s %s: the API server says %d", trail.requestId(), action, e.getCode());
            return refusal(dialect, AsUser.translate(e), trail, action);
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "%s %s failed", trail.requestId(), action);
            return refusal(
                    dialect,
                    AwsException.of(
                            500, "InternalError", "An internal error has occurred; the request id is in the log"),
                    trail,
                    action);
        }
    }

    private static void checkTarget(HttpCall call) {
        String method = call.method();
        if (!method.equals("POST") && !method.equals("GET")) {
            throw AwsException.of(405, "InvalidAction", "The method " + method + " is not allowed: use POST or GET");
        }
        if (!call.path().equals("/") && !call.path().isEmpty()) {
            throw AwsException.of(404, "InvalidAction", "There is nothing at this path: send requests to /");
        }
    }

    private Caller authenticate(HttpCall call, Trail trail) {
        Signature signature = Signature.parse(call);
        trail.claims(signature.accessKeyId());
        Caller caller = authenticator.authenticate(call, signature);
        trail.is(caller.user(), caller.project(), caller.accountId());
        return caller;
    }

    private static Answer refusal(Dialect dialect, AwsException e, Trail trail, String action) {
        AwsException worded = dialect.word(e);
        return new Answer(worded.status(), Codec.error(dialect, worded, trail.requestId()), action, worded.code());
    }

    private static HttpCall call(HttpServerRequest request, Buffer body) {
        String uri = request.uri();
        int scheme = uri.indexOf("://");
        if (scheme > 0) {
            int slash = uri.indexOf('/', scheme + 3);
            uri = slash < 0 ? "/" : uri.substring(slash);
        }
        int question = uri.indexOf('?');
        Map<String, List<String>> headers = new HashMap<>();
        request.headers()
                .forEach(header -> headers.computeIfAbsent(
                                header.getKey().toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                        .add(header.getValue()));
        if (request.authority() != null) {
            // HTTP/2 has no Host header, but clients sign one.
            headers.computeIfAbsent("host", _ -> List.of(request.authority().toString()));
        }
        return new HttpCall(
                request.method().name(),
                question < 0 ? uri : uri.substring(0, question),
                question < 0 ? null : uri.substring(question + 1),
                headers,
                body.getBytes());
    }

    /** How this client has reached the facade, without a scheme, as DescribeRegions has it. */
    private static String endpoint(HttpCall call) {
        String host = call.header("host");
        return host == null ? "" : host;
    }

    private static String form(HttpCall call) {
        String type = call.header("content-type");
        if (type != null
                && call.body().length > 0
                && !type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded")) {
            throw AwsException.of("UnsupportedProtocol", "The content type must be application/x-www-form-urlencoded");
        }
        return new String(call.body(), StandardCharsets.UTF_8);
    }
}
