package io.nephele.apiserver.audit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One line of JSON for each call that changes something or was meant to, in the log category {@code nephele.audit}. */
@Singleton
public class AuditLog {

    private static final Logger LOG = Logger.getLogger("nephele.audit");
    private static final Pattern READS = Pattern.compile("(Describe|Get|List)[A-Z].*");

    /** These make credentials, whatever they are called. */
    private static final Set<String> NOT_READS = Set.of("GetSessionToken", "GetFederationToken");

    private static final int MAX_TEXT = 256;

    private final Clock clock = Clock.systemUTC();

    /**
     * Writes the line of a request that has been answered.
     *
     * @param outcome {@code ok}, or the code of the error
     */
    public void write(Trail trail, String outcome) {
        String action = trail.action();
        if (action == null || isRead(action)) {
            return;
        }
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("time", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
        line.put("requestId", trail.requestId());
        put(line, "user", trail.user());
        put(line, "project", trail.project());
        put(line, "account", trail.account());
        put(line, "accessKeyId", trail.accessKeyId());
        put(line, "sourceAddress", trail.sourceAddress());
        put(line, "userAgent", trail.userAgent());
        line.put("action", action);
        trail.targets().forEach(line.putArray("targets")::add);
        line.put("outcome", outcome);
        line.put("dryRun", trail.isDryRun());
        LOG.info(line);
    }

    /** Whether an action only looks. */
    static boolean isRead(String action) {
        return READS.matcher(action).matches() && !NOT_READS.contains(action);
    }

    private static void put(ObjectNode line, String name, @Nullable String text) {
        if (text != null) {
            line.put(name, text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT));
        }
    }
}
