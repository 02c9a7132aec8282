package io.nephele.operator.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.nephele.crds.project.Project;
import io.nephele.crds.project.ProjectSpec;
import io.nephele.operator.Leadership;
import io.nephele.operator.Settings;
import io.nephele.operator.Writes;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Looks every few seconds for who has logged in since the last look, and makes his personal project if there is none of its name. One that is there is never touched.
 *
 * <p>{@code nephele_personal_projects_made_total} counts the projects, {@code nephele_login_failures_total} the looks that failed.
 */
@Singleton
class FirstLogins {

    private static final Logger LOG = Logger.getLogger(FirstLogins.class);
    private static final int PAGE = 500;

    /** Keycloak shows an event when its transaction is done, and so sometimes after a later one. */
    private static final Duration OVERLAP = Duration.ofSeconds(60);

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final Settings.KeycloakSettings settings;
    private final Leadership leadership;
    private final Writes writes;
    private final Clock clock;
    private final Counter made;
    private final Counter failures;

    /** Users who have their project, by Keycloak's id: it spares the questions that the overlap would ask again. */
    private final Cache<String, Boolean> settled = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofHours(1))
            .build();

    /** Users who have logged in and have no project yet. */
    private final Set<String> waiting = new LinkedHashSet<>();

    private Instant since = Instant.EPOCH;
    private @Nullable Thread thread;

    FirstLogins(Settings settings, Leadership leadership, Writes writes, Clock clock, MeterRegistry registry) {
        this.settings = settings.keycloak();
        this.leadership = leadership;
        this.writes = writes;
        this.clock = clock;
        made = Counter.builder("nephele.personal.projects.made")
                .description("Personal projects made at a first login")
                .register(registry);
        failures = Counter.builder("nephele.login.failures")
                .description("Looks for logins that failed")
                .register(registry);
    }

    void start(@Observes StartupEvent event) {
        settings.issuer().ifPresent(issuer -> {
            var realm = new Realm(issuer, settings, clock);
            leadership.whenLeading(
                    () -> thread = Thread.ofVirtual().name("first-logins").start(() -> keepLooking(realm)));
        });
    }

    private void keepLooking(Realm realm) {
        Duration pause = settings.pollInterval();
        boolean failing = false;
        try {
            while (true) {
                try {
                    look(realm);
                    pause = settings.pollInterval();
                    failing = false;
                } catch (IOException | RuntimeException e) {
                    failures.increment();
                    // Once for each time that it is down: a line every minute says no more.
                    LOG.logf(failing ? Logger.Level.DEBUG : Logger.Level.WARN, "Personal projects have to wait: %s", e);
                    failing = true;
                    pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                }
                Thread.sleep(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(Realm realm) throws IOException, InterruptedException {
        Instant latest = since;
        List<Realm.Login> page;
        int seen = 0;
        do {
            page = realm.logins(since, seen, PAGE);
            seen += page.size();
            for (Realm.Login login : page) {
                if (settled.getIfPresent(login.userId()) == null) {
                    waiting.add(login.userId());
                }
                latest = login.time().isAfter(latest) ? login.time() : latest;
            }
        } while (page.size() == PAGE);
        settle(realm);
        since = latest.equals(Instant.EPOCH) ? latest : latest.minus(OVERLAP);
    }

    /** One whose project cannot be made holds nobody else up. */
    private void settle(Realm realm) throws IOException, InterruptedException {
        KubernetesClientException failure = null;
        for (String userId : List.copyOf(waiting)) {
            try {
                var name = realm.userName(userId);
                if (name.isPresent()) {
                    ensureProject(name.get());
                }
                waiting.remove(userId);
                settled.put(userId, true);
            } catch (KubernetesClientException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void ensureProject(String user) {
        String name = Project.personalName(user);
        if (writes.client().resources(Project.class).withName(name).get() != null) {
            return;
        }
        var project = new Project();
        project.setMetadata(new ObjectMetaBuilder().withName(name).build());
        project.setSpec(ProjectSpec.of("Personal project of " + user, user, true));
        if (!writes.create(project)) {
            made.increment();
            LOG.infof("%s has logged in for the first time and has the project %s", user, name);
        }
    }

    @PreDestroy
    void stop() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
