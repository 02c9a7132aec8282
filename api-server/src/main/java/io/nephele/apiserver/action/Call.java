package io.nephele.apiserver.action;

import io.nephele.apiserver.Settings;
import io.nephele.apiserver.audit.Trail;
import io.nephele.apiserver.auth.Caller;
import io.nephele.apiserver.kube.AsUser;
import io.nephele.apiserver.kube.Cluster;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.volume.Volume;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The surroundings of a request.
 *
 * @param caller who asks, and for which project
 * @param cluster what is there
 * @param asUser writes with his rights
 * @param endpoint host and port by which the client has reached the facade
 * @param trail is told who asks, where only the action finds that out
 * @param sent names and values as they came in, for what has to tell one request from another
 */
public record Call(
        Caller caller,
        Cluster cluster,
        AsUser asUser,
        Settings settings,
        String endpoint,
        Trail trail,
        Map<String, String> sent) {

    public String project() {
        return caller.project();
    }

    public String account() {
        return caller.accountId();
    }

    /** The name of an availability zone by its letter. */
    public String zone(String letter) {
        return settings.region() + letter;
    }

    /** The id of a zone of this region, which is the same for all accounts. */
    public String zoneId(String zone) {
        String letter = zone.substring(settings.region().length());
        return settings.region() + "-az" + (settings.zones().indexOf(letter) + 1);
    }

    /** The zone that everything is in that has not been told otherwise. */
    public String defaultZone() {
        return zone(settings.zones().getFirst());
    }

    /** An Instance of the project by its id. */
    public Instance instance(@Nullable String id) {
        return instances(id == null ? List.of() : List.of(id)).getFirst();
    }

    /** Instances of the project by their ids: all, or an error that names those that are not there. */
    public List<Instance> instances(List<String> ids) {
        if (ids.isEmpty()) {
            throw AwsException.missing("InstanceId");
        }
        return AwsIds.INSTANCES.find(ids, id -> cluster.instance(project(), id));
    }

    /** A Volume of the project by its id. */
    public Volume volume(String id) {
        return volumes(List.of(id)).getFirst();
    }

    /** Volumes of the project by their ids: all, or an error that names those that are not there. */
    public List<Volume> volumes(List<String> ids) {
        return AwsIds.VOLUMES.find(ids, id -> cluster.volume(project(), id));
    }
}
