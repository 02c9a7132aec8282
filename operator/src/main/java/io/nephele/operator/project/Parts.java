package io.nephele.operator.project;

import io.nephele.operator.Settings;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** What the rules are made with. */
class Parts {

    @Produces
    @Singleton
    Histories histories(Clock clock, Settings settings) {
        return new Histories(clock, "system:serviceaccount:" + settings.systemNamespace() + ":nephele-operator");
    }

    @Produces
    @Singleton
    Limits limits(Settings settings) {
        return Limits.of(settings.volumeTypes().keySet());
    }
}
