package io.nephele.apiserver.action;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.apiserver.Settings;
import io.nephele.apiserver.audit.Trail;
import io.nephele.apiserver.auth.Caller;
import io.nephele.apiserver.kube.AsUser;
import io.nephele.apiserver.kube.Cluster;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.apiserver.protocol.Codec;
import io.nephele.apiserver.protocol.Dialect;
import io.nephele.apiserver.protocol.Parameters;
import io.quarkus.arc.All;
import io.quarkus.arc.ClientProxy;
import jakarta.inject.Singleton;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/** All actions there are, by service and name. */
@Singleton
public class Actions {

    private record Entry(Action<SdkPojo, SdkPojo> action, Supplier<SdkPojo> newBuilder) {}

    private final Map<String, Entry> entries = new HashMap<>();
    private final Cluster cluster;
    private final KubernetesClient client;
    private final Settings settings;

    public Actions(@All List<Action<?, ?>> actions, Cluster cluster, KubernetesClient client, Settings settings) {
        this.cluster = cluster;
        this.client = client;
        this.settings = settings;
        actions.forEach(this::register);
    }

    @SuppressWarnings("unchecked") // an action is only ever given requests of its own class
    private void register(Action<?, ?> bean) {
        Action<?, ?> action = ClientProxy.unwrap(bean);
        Class<?> request = requestClass(action.getClass());
        String name = request.getSimpleName().replaceFirst("Request$", "");
        Dialect dialect = Dialect.ofModel(request);
        entries.put(dialect + "/" + name, new Entry((Action<SdkPojo, SdkPojo>) action, builders(request)));
    }

    /** The type argument says it, once, at the start. */
    private static Class<?> requestClass(Class<?> action) {
        for (Type type : action.getGenericInterfaces()) {
            if (type instanceof ParameterizedType parameterized && parameterized.getRawType() == Action.class) {
                return (Class<?>) parameterized.getActualTypeArguments()[0];
            }
        }
        throw new IllegalStateException(action + " does not implement Action directly");
    }

    private static Supplier<SdkPojo> builders(Class<?> request) {
        try {
            var builder = request.getMethod("builder");
            return () -> {
                try {
                    return (SdkPojo) builder.invoke(null);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            };
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    public boolean isImplemented(Dialect dialect, String name) {
        return entries.containsKey(dialect + "/" + name);
    }

    /** Whether it needs no signature. */
    public boolean isOpen(Dialect dialect, String name) {
        Entry entry = entries.get(dialect + "/" + name);
        return entry != null && entry.action().isOpen();
    }

    /** Carries out a request and returns the document to answer with. */
    public String call(
            Dialect dialect, String name, Parameters parameters, Caller caller, Trail trail, String endpoint) {
        Entry entry = entry(dialect, name);
        if (caller.isNobody() && !entry.action().isOpen()) {
            throw new IllegalStateException(name + " is not for everybody");
        }
        String version = version(dialect, parameters);
        SdkPojo request = Codec.request(parameters, entry.newBuilder().get());
        boolean dryRun = isDryRun(request);
        var asUser = new AsUser(client, cluster, caller.user(), dryRun, trail);
        SdkPojo response = entry.action()
                .call(request, new Call(caller, cluster, asUser, settings, endpoint, trail, parameters.all()));
        if (dryRun) {
            throw AsUser.dryRunOperation();
        }
        return Codec.response(dialect, name, version, response, trail.requestId());
    }

    private static String version(Dialect dialect, Parameters parameters) {
        String version = parameters.get("Version");
        if (version == null) {
            return dialect.version();
        }
        if (!version.matches("\\d{4}-\\d{2}-\\d{2}")) {
            throw AwsException.of("NoSuchVersion", "The version of the API is a date such as " + dialect.version());
        }
        return version;
    }

    /** As the request was read, so that no spelling of it is taken for the real thing. */
    private static boolean isDryRun(SdkPojo request) {
        return request.sdkFields().stream()
                .filter(field -> field.memberName().equals("DryRun"))
                .anyMatch(field -> Boolean.TRUE.equals(field.getValueOrDefault(request)));
    }

    private Entry entry(Dialect dialect, String name) {
        @Nullable Entry entry = entries.get(dialect + "/" + name);
        if (entry != null) {
            return entry;
        }
        if (dialect.knows(name)) {
            throw AwsException.unsupported("The action " + name + " is not available in this cloud.");
        }
        throw AwsException.of(
                "InvalidAction",
                "The action " + (name.length() > 64 ? name.substring(0, 64) : name)
                        + " is not valid for this web service.");
    }
}
